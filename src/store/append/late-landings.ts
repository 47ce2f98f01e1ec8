import type { Entry } from "../../chat/log/entry.ts";

type Parts = {
  /** Those of the ids that a majority has. */
  findEntries: (ids: string[]) => Promise<Entry[]>;
  onLanded: (entry: Entry) => void;
  everyMs?: number;
  /** How long after its sender was answered a write may still land. */
  followMs?: number;
};

/** What is asked for at once, and what is followed at all: past it, the next entry of the chat tells of the hole. */
const mostAtOnce = 500;
const mostFollowed = 20_000;

/**
 * Entries whose senders were told `unavailable` while a write was under way, or had ended without an answer. Such an
 * entry may stand in the log, or stand in it soon: then the others in the chat shall hear of it, whether or not its
 * sender comes again.
 */
export const createLateLandings = ({ findEntries, onLanded, everyMs = 1_000, followMs = 30_000 }: Parts) => {
  const followedUntil = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;

  const landed = (entry: Entry): void => {
    followedUntil.delete(entry.id);
    onLanded(entry);
  };

  const look = async (): Promise<void> => {
    const asked = [...followedUntil].slice(0, mostAtOnce);
    const startedAt = performance.now();
    try {
      const found = await findEntries(asked.map(([id]) => id));
      // Given up only by a look that was answered: while the database is away nothing is known.
      for (const [id, until] of asked) if (startedAt > until) followedUntil.delete(id);
      for (const entry of found) landed(entry);
    } catch {
      // Away still; the next look asks again.
    }
    timer = followedUntil.size > 0 ? setTimeout(() => void look(), everyMs).unref() : undefined;
  };

  return {
    landed,
    /** An entry of which nobody knows whether it landed or will. */
    follow: (id: string): void => {
      if (followedUntil.size < mostFollowed) followedUntil.set(id, performance.now() + followMs);
      timer ??= setTimeout(() => void look(), everyMs).unref();
    },
    stop: (): void => clearTimeout(timer),
  };
};
export type LateLandings = ReturnType<typeof createLateLandings>;
