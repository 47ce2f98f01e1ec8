/**
 * Shares one call of `ask` among callers: a caller that comes during the call, or within `keptMs` after its answer, gets
 * the same answer.
 */
export const shareAnswer = <T>(keptMs: number, ask: () => Promise<T>): (() => Promise<T>) => {
  let shared: { answer: Promise<T>; until: number } | undefined;
  return () => {
    if (shared === undefined || performance.now() > shared.until) {
      const asked = { answer: ask(), until: Infinity };
      const settled = (): void => void (asked.until = performance.now() + keptMs);
      asked.answer.then(settled, settled);
      shared = asked;
    }
    return shared.answer;
  };
};
