import { LRUCache } from "lru-cache";

/** `count`: what a key has taken in its minute. `leftMs`: until that minute is over. */
export type Taken = { count: number; leftMs: number };
/** Counts one more of a key, or several. */
export type MinuteCounts = (key: string, points?: number) => Taken;

const minuteMs = 60_000;
/** Of keys; which is forgotten was not seen for long. */
const mostKept = 10_000;

/** Counts by key in the memory of this process: a key's minute begins with the first that it takes. */
export const createMinuteCounts = (now: () => number = Date.now): MinuteCounts => {
  const minutes = new LRUCache<string, { count: number; since: number }>({ max: mostKept });
  return (key, points = 1) => {
    let minute = minutes.get(key);
    if (minute === undefined || now() - minute.since >= minuteMs) {
      minute = { count: 0, since: now() };
      minutes.set(key, minute);
    }
    minute.count += points;
    return { count: minute.count, leftMs: minute.since + minuteMs - now() };
  };
};
