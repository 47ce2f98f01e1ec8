/** What the promise resolves to; undefined if it takes longer than `limitMs`. */
export const within = async <T>(limitMs: number, promise: Promise<T>): Promise<T | undefined> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, limitMs, undefined);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};

/** A random id. `crypto.randomUUID` is missing on pages that came over plain http, and on some phones. */
export const randomId = (): string =>
  globalThis.crypto?.randomUUID?.() ??
  [8, 4, 4, 4, 12]
    .map((length) => Array.from({ length }, () => Math.floor(Math.random() * 16).toString(16)).join(""))
    .join("-");
