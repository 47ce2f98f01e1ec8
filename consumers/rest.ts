import { setTimeout as pause } from "node:timers/promises";

/** Waits; ends early, without an error, when the signal aborts. */
export const rest = (ms: number, signal: AbortSignal): Promise<void> =>
  pause(ms, undefined, { signal }).catch(() => undefined);
