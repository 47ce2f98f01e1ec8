import type { Entry } from "../../chat/log/entry.ts";

type Parts = {
  /** The entries with these ids that a majority has. */
  findEntries: (ids: string[]) => Promise<Entry[]>;
  everyMs?: number;
  /** How long after the answer to its sender an entry may still be stored. */
  followMs?: number;
};

/** How many entries are looked up at once, and followed in total. Beyond that, clients find the hole at the chat's next entry. */
const mostAtOnce = 500;
const mostFollowed = 20_000;

/**
 * Follows entries whose senders were answered `unavailable` while a write was under way or had ended without an answer.
 * Such an entry may be in the log now or soon. Then it is broadcast to the chat, whether or not its sender repeats it.
 */
export const createLateLandings = ({ findEntries, everyMs = 1_000, followMs = 30_000 }: Parts) => {
  const listeners: ((entry: Entry) => void)[] = [];
  const followedUntil = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;

  const landed = (entry: Entry): void => {
    followedUntil.delete(entry.id);
    for (const listener of listeners) listener(entry);
  };

  const look = async (): Promise<void> => {
    const asked = [...followedUntil].slice(0, mostAtOnce);
    const startedAt = performance.now();
    try {
      const found = await findEntries(asked.map(([id]) => id));
      // Give up only after a query that was answered: while the database is away nothing is known.
      for (const [id, until] of asked) if (startedAt > until) followedUntil.delete(id);
      for (const entry of found) landed(entry);
    } catch {
      // Still away; the next look asks again.
    }
    timer = followedUntil.size > 0 ? setTimeout(() => void look(), everyMs).unref() : undefined;
  };

  return {
    landed,
    /** Calls `listener` from now on with each entry that landed late. */
    onLanded: (listener: (entry: Entry) => void): void => void listeners.push(listener),
    /** Follows an entry that may have been stored, or may be stored later. */
    follow: (id: string): void => {
      if (followedUntil.size < mostFollowed) followedUntil.set(id, performance.now() + followMs);
      timer ??= setTimeout(() => void look(), everyMs).unref();
    },
    stop: (): void => clearTimeout(timer),
  };
};
export type LateLandings = ReturnType<typeof createLateLandings>;
