import type { ErrorRequestHandler, RequestHandler } from "express";
import { ChatError, type ErrorCode, toChatError } from "../../chat/errors.ts";
import type { Logger } from "../../process/logger.ts";
import { sendProblem } from "./problem.ts";
import { requestIdOf } from "./request-id.ts";

const codeByStatus: Partial<Record<number, ErrorCode>> = {
  404: "not_found",
  413: "payload_too_large",
  415: "unsupported_media_type",
};

/**
 * An error for what express, its router or its body parser refused, with our text: their texts quote the request.
 * Null if it is not one of their refusals.
 */
const refusalOf = (thrown: unknown): ChatError | null => {
  if (!(thrown instanceof Error) || !("status" in thrown) || typeof thrown.status !== "number") return null;
  if (thrown.status < 400 || thrown.status > 499) return null;
  return new ChatError(codeByStatus[thrown.status] ?? "validation_failed", { cause: thrown });
};

const unavailableEveryMs = 1_000;

/** Answers a request that no route handled. */
export const refuseUnknown: RequestHandler = () => {
  throw new ChatError("not_found");
};

/**
 * Logs the frequent errors of an outage or a flood once a second for each cause, with the number of others since the
 * previous line: a line with a stack for each request would cost more than the answer.
 */
const createLogUnavailable = (logger: Logger) => {
  const kinds = new Map<string, { at: number; more: number }>();
  return (requestId: string, { cause }: ChatError): void => {
    const reason = cause instanceof Error ? cause.name : "too much at once";
    const kind = kinds.get(reason) ?? { at: -Infinity, more: 0 };
    kinds.set(reason, kind);
    if (performance.now() - kind.at < unavailableEveryMs) return void (kind.more += 1);
    logger.warn({ requestId, reason, more: kind.more, err: cause }, "a request could not be served");
    Object.assign(kind, { at: performance.now(), more: 0 });
  };
};

/** The one place where a thrown error becomes an answer. An error that is not a ChatError is logged and answered `internal`. */
export const createAnswerErrors = ({ logger }: { logger: Logger }): ErrorRequestHandler => {
  const logUnavailable = createLogUnavailable(logger);
  // Express recognises an error handler by its four parameters.
  return (thrown: unknown, req, res, _next) => {
    const error = refusalOf(thrown) ?? toChatError(thrown);
    const requestId = requestIdOf(req);
    if (error.code === "internal") logger.error({ requestId, err: thrown }, "a request failed");
    if (error.code === "unavailable") logUnavailable(requestId, error);
    if (res.headersSent) req.socket.destroy();
    else sendProblem(res, error, requestId);
  };
};
