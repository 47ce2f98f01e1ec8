/**
 * Shares one question among callers: a caller that comes while a question is under way, or within `keptMs` of its
 * answer, gets that answer.
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
