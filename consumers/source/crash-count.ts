export type CrashCount = {
  /** Notes a crash; true when there were too many of them lately. */
  isTooMuch(): boolean;
};

/** More than `most` within `withinMs` is too much. */
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
