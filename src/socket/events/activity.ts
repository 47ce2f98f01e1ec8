/** The work of a socket that is under way. Made at its first event, so that a connection that only listens does not need it. */
export type Activity = {
  turns: ReturnType<typeof createTurns>;
  /** The second whose events are counted: its beginning, in milliseconds since the epoch. */
  second: number;
  taken: number;
};

/** A socket's activity, made if there is none yet. */
export const activityOf = ({ data }: { data: { activity?: Activity } }): Activity =>
  (data.activity ??= { turns: createTurns(), second: 0, taken: 0 });

/** A task that runs in turn; `release` lets the next one begin before this one has ended. */
type Task<T> = (release: () => void) => Promise<T>;

/**
 * Keeps the events of one socket in order: each begins when the one before it has ended or has called `release`. So a send
 * waits for the disk without delaying the next one, and none overtakes another.
 */
const createTurns = () => {
  let last: Promise<void> = Promise.resolve();
  let underWay = 0;
  return {
    /** How many tasks have not ended. */
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
