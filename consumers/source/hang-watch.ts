export type HangWatch = {
  /** A batch ended, with records handled or with an error that says why not. */
  ended(): void;
  /** A batch that began at `beganAt` (of `performance.now`) ended because its work did not. True: this is too much. */
  hung(beganAt: number): boolean;
};

/**
 * Tells work that hangs from work that fails: what fails says why and is tried again for as long as it takes, what
 * hangs says nothing, and a new process may be free of it. Too much is when nothing else has ended for `mostMs`: while
 * other partitions move, one that hangs is no reason to stop them.
 */
export const createHangWatch = ({ mostMs }: { mostMs: number }): HangWatch => {
  let since: number | null = null;
  return {
    ended: () => {
      since = null;
    },
    hung: (beganAt) => {
      since ??= beganAt;
      return performance.now() - since >= mostMs;
    },
  };
};
