export type CrashCount = {
  /** Counts a crash; true if there were too many recently. */
  isTooMuch(): boolean;
};

/** More than `most` crashes within `withinMs` are too many. */
export const createCrashCount = ({ most, withinMs }: { most: number; withinMs: number }): CrashCount => {
  let times: number[] = [];
  return {
    isTooMuch: () => {
      const now = performance.now();
      times = [...times.filter((time) => now - time < withinMs), now];
      return times.length > most;
    },
  };
};
