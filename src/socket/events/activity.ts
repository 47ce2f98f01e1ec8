/** What a socket has under way. Made at its first event: a connection that only listens costs nothing of it. */
export type Activity = {
  turns: ReturnType<typeof createTurns>;
  /** Events of the second that began then, in milliseconds of the epoch. */
  second: number;
  taken: number;
};

/** A socket's activity, made where there is none yet. */
export const activityOf = ({ data }: { data: { activity?: Activity } }): Activity =>
  (data.activity ??= { turns: createTurns(), second: 0, taken: 0 });

/** What is done in turn; `release` lets the next one begin before this one has ended. */
type Task<T> = (release: () => void) => Promise<T>;

/**
 * Keeps the events of one socket in the order they came: each begins when the one before it has ended, or has said
 * that its place is taken. So a send waits for the disk without holding up the next, and none overtakes another.
 */
const createTurns = () => {
  let last: Promise<void> = Promise.resolve();
  let underWay = 0;
  return {
    /** How many have not ended. */
    size: (): number => underWay,
    take: async <T>(task: Task<T>): Promise<T> => {
      const { promise, resolve: release } = Promise.withResolvers<void>();
      const before = last;
      last = promise;
      underWay += 1;
      try {
        await before;
        return await task(release);
      } finally {
        release();
        underWay -= 1;
      }
    },
  };
};
