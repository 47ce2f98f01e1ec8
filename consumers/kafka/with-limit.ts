/** Work did not end within its limit. Whether it takes effect is unknown. */
export class LimitError extends Error {
  readonly what: string;

  constructor(what: string, limitMs: number) {
    super(`${what}: no end within ${limitMs} ms`);
    this.name = "LimitError";
    this.what = what;
  }
}

/**
 * Waits for `work`, but no longer than `limitMs`. The work itself continues; a late failure is ignored.
 * @throws LimitError
 */
export const withLimit = async <T>(what: string, limitMs: number, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LimitError(what, limitMs)), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
};

/**
 * Waits for `work`, but not after the signal was aborted. The work itself continues; its failure is ignored.
 * @throws the signal's reason
 */
export const untilAborted = async <T>(signal: AbortSignal, work: Promise<T>): Promise<T> => {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
};
