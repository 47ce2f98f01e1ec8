import { LRUCache } from "lru-cache";

/** `count`: how many points a key has taken in its minute. `leftMs`: the time until the minute is over. */
export type Taken = { count: number; leftMs: number };
/** Adds one point, or several, to a key. */
export type MinuteCounts = (key: string, points?: number) => Taken;

const minuteMs = 60_000;
/** How many keys are kept; the least recently used are forgotten. */
const mostKept = 10_000;

/** Counts by key in the memory of this process: a key's minute begins with its first point. */
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
