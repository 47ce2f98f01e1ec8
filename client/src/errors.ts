import type { WireError } from "./wire.ts";

/**
 * Why something did not work; `message` may be shown to the person. Beside the service's codes there are `no_answer` (the
 * outcome is unknown), `no_token` (getToken failed), `upload_failed` and `discarded`.
 */
export type ChatError = Omit<WireError, "code"> & { code: string };

/** An Error with a code, to be thrown. */
export const chatError = (parts: ChatError): Error & ChatError => Object.assign(new Error(parts.message), parts);

export const failure = (code: string, message: string): Error & ChatError => chatError({ code, message });

export const noAnswer = (): Error & ChatError => failure("no_answer", "The chat did not answer.");

/** As a plain object, which other tabs can read and which is in the snapshots. */
export const plain = (thrown: unknown): ChatError => {
  // The message of an Error is not among what is spread.
  const { message = "", ...more } = thrown as Partial<ChatError>;
  return { code: "no_answer", ...more, message };
};

/** After these the same request may succeed a little later; after `no_answer` it may have succeeded already. */
export const mayPass = (thrown: unknown): boolean => /^(no_|rate_|unava|unauth|intern)/.test(plain(thrown).code);

/** A pause before the next try, twice as long after each failure in a row, never shorter than the service asks, jittered. */
export const pauseMs = (failures: number, thrown?: unknown): number => {
  const askedMs = (thrown as ChatError | undefined)?.retryAfterMs ?? 0;
  const growingMs = Math.min(15_000, 300 * 2 ** failures) * (0.5 + Math.random() / 2);
  return Math.min(300_000, Math.max(askedMs, growingMs));
};
