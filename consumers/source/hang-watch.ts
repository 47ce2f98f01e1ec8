export type HangWatch = {
  /** A batch ended, with handled records or with an error. */
  ended(): void;
  /** A batch that began at `beganAt` (`performance.now`) was given up because its work did not end. True: give up the process. */
  hung(beganAt: number): boolean;
};

/**
 * Distinguishes work that hangs from work that fails: failed work has an error and is tried again for as long as it takes;
 * hanging work has none, and a new process may help. The process gives up if no work has ended for `mostMs`: as long as
 * other partitions progress, one that hangs is no reason to stop them.
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
