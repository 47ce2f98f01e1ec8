import { setTimeout as sleep } from "node:timers/promises";
import { patientLimit } from "./patient-limit.ts";

export interface WaitOptions {
  /** Completes the sentence "… within 60 s". */
  what: string;
  /** Passes more slowly on a busy machine. */
  limitMs: number;
  everyMs?: number;
  signal?: AbortSignal;
  /** true ends the wait; false and a throw mean "not yet". */
  check: () => boolean | Promise<boolean>;
}

/**
 * Waits for a condition. Rejects at the limit, with the last error of `check` as the cause, and with the signal's reason
 * if the signal aborts.
 */
export async function waitUntil({ what, limitMs, everyMs = 100, signal, check }: WaitOptions): Promise<void> {
  const isOver = patientLimit(limitMs);
  let cause: unknown;
  while (!isOver()) {
    signal?.throwIfAborted();
    try {
      if (await check()) return;
    } catch (error) {
      cause = error;
    }
    // An abort ends the pause early; the first line of the loop then throws the reason.
    await sleep(everyMs, undefined, signal === undefined ? {} : { signal }).catch(() => {});
  }
  signal?.throwIfAborted();
  throw new Error(`${what} within ${limitMs / 1000} s`, { cause });
}
