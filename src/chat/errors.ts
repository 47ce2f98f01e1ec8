/**
 * Every error that leaves the service, over REST and Socket.IO: one table, so that both edges answer the same.
 * `text` is what a client may see; the internal cause stays in `cause`, only for the log.
 */
export const errorTable = {
  validation_failed: { status: 400, retryable: false, text: "The request is not valid." },
  unauthenticated: { status: 401, retryable: false, text: "A valid token or key is needed." },
  forbidden: { status: 403, retryable: false, text: "This is not allowed for you." },
  not_found: { status: 404, retryable: false, text: "There is nothing here." },
  chat_not_found: { status: 404, retryable: false, text: "There is no such chat." },
  method_not_allowed: { status: 405, retryable: false, text: "This method is not offered here." },
  chat_not_active: { status: 409, retryable: false, text: "Nobody can write in this chat now." },
  idempotency_conflict: {
    status: 409,
    retryable: false,
    text: "This clientMessageId was used for another message already.",
  },
  message_not_found: { status: 404, retryable: false, text: "There is no such message in this chat." },
  message_deleted: { status: 409, retryable: false, text: "This message was deleted." },
  too_late: { status: 409, retryable: false, text: "The time in which this could be changed is over." },
  upload_incomplete: { status: 409, retryable: false, text: "The file is not uploaded completely." },
  uploads_off: { status: 501, retryable: false, text: "This service takes no uploads. Send the file's address." },
  booking_conflict: { status: 409, retryable: false, text: "This booking is known with other people." },
  payload_too_large: { status: 413, retryable: false, text: "The request is too large." },
  unsupported_media_type: { status: 415, retryable: false, text: "Send JSON." },
  rate_limited: { status: 429, retryable: true, text: "Too much at once, try again a little later." },
  internal: { status: 500, retryable: false, text: "Something went wrong on our side." },
  unavailable: { status: 503, retryable: true, text: "The service cannot do this right now, try again." },
} as const;

export type ErrorCode = keyof typeof errorTable;

/** One error in a request: where (`message.content`) and what. */
export type FieldError = { path: string; message: string };

type ErrorDetails = { text?: string; errors?: FieldError[]; retryAfterMs?: number; cause?: unknown };

/** An error that is sent to a client, by its code. `message` is safe to send; `cause` never leaves the process. */
export class ChatError extends Error {
  readonly code: ErrorCode;
  readonly errors: FieldError[] | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, { text, errors, retryAfterMs, cause }: ErrorDetails = {}) {
    super(text ?? errorTable[code].text, cause === undefined ? undefined : { cause });
    this.name = "ChatError";
    this.code = code;
    this.errors = errors;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Converts anything thrown to an error that may be sent: what is not a `ChatError` becomes `internal`. */
export const toChatError = (thrown: unknown): ChatError =>
  thrown instanceof ChatError ? thrown : new ChatError("internal", { cause: thrown });
