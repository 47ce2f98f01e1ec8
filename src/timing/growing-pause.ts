/** In milliseconds: the pause after one failure, and the longest one. */
type Limits = { firstMs: number; longestMs: number };

/**
 * How long to wait before trying again, in milliseconds: twice as long after each failure in a row. The caller counts the
 * failures in a row; after a success the next failure is the first again.
 *
 *     const pauseMs = growingPause({ firstMs: 100, longestMs: 5_000 });
 *     pauseMs(1) === 100; pauseMs(2) === 200; pauseMs(3) === 400; pauseMs(7) === 5_000;
 */
export const growingPause =
  ({ firstMs, longestMs }: Limits): ((failures: number) => number) =>
  (failures) =>
    Math.min(firstMs * 2 ** (failures - 1), longestMs);
