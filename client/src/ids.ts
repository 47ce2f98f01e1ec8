/** A random id. `crypto.randomUUID` is missing on pages that came over plain http, and on some phones. */
export const randomId = (): string =>
  globalThis.crypto?.randomUUID?.() ??
  "8-4-4-4-12".replace(/\d+/g, (length) =>
    Math.random().toString(16).slice(2).padEnd(12, "0").slice(0, Number(length)),
  );
