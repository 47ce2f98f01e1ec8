import type { Response } from "express";
import { type ChatError, errorTable } from "../../chat/errors.ts";
import type { Problem } from "../../contract/failures.ts";

export const problemMediaType = "application/problem+json";

/** The page that `type` links to: the meaning of each code. */
export const problemTypeOf = (code: string): string => `/api/chat/docs/errors#${code}`;

/** An error in the form of RFC 9457. `title` is the code's text, `detail` describes this occurrence. */
export const toProblem = (error: ChatError, requestId: string): Problem => {
  const { status, text } = errorTable[error.code];
  return {
    type: problemTypeOf(error.code),
    title: text,
    status,
    code: error.code,
    detail: error.message,
    ...(error.errors && { errors: error.errors }),
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
    requestId,
  };
};

const retryAfterS = ({ code, retryAfterMs }: ChatError): number | null => {
  if (!errorTable[code].retryable) return null;
  return Math.max(1, Math.ceil((retryAfterMs ?? 1_000) / 1_000));
};

/** Answers with a problem and its headers: `Retry-After` (whole seconds), `WWW-Authenticate`. */
export const sendProblem = (res: Response, error: ChatError, requestId: string): void => {
  const problem = toProblem(error, requestId);
  const seconds = retryAfterS(error);
  if (seconds !== null) res.setHeader("Retry-After", seconds);
  // Some answers may be cached for a while; errors may not.
  res.setHeader("Cache-Control", "no-store");
  if (problem.status === 401) res.setHeader("WWW-Authenticate", "Bearer");
  res.status(problem.status).type(problemMediaType).json(problem);
};
