import { randomUUID } from "node:crypto";
import { type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { ChatError, type ErrorCode } from "../chat/errors.ts";
import { problemMediaType, toProblem } from "../rest/request/problem.ts";

/** A refusal before Express: the same problem as from REST, for a tenth of the work. */
const refusal = (code: ErrorCode, details: { text?: string; retryAfterMs?: number } = {}) => {
  const requestId = randomUUID();
  const { retryAfterMs } = details;
  const problem = toProblem(new ChatError(code, details), requestId);
  const body = JSON.stringify(problem);
  const headers = {
    "Content-Type": problemMediaType,
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
    "X-Request-Id": requestId,
    ...(retryAfterMs !== undefined && { "Retry-After": Math.max(1, Math.ceil(retryAfterMs / 1_000)) }),
  };
  return { status: problem.status, headers, body };
};

type Details = Parameters<typeof refusal>[1] & { close?: boolean };

/** Answers a request with a problem; with `close`, the connection ends after the answer. */
export const refuseRequest = (
  response: ServerResponse,
  code: ErrorCode,
  { close = false, ...details }: Details = {},
) => {
  const { status, headers, body } = refusal(code, details);
  response.writeHead(status, { ...headers, ...(close && { Connection: "close" }) }).end(body);
};

/** Writes the last answer of a connection and ends it. */
const endWith = (socket: Duplex, status: number, headers: Record<string, string | number>, body = ""): void => {
  const lines = Object.entries({ ...headers, Connection: "close" }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.once("finish", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n${body}`);
};

/** Refuses a connection that has no response object: for an upgrade to a websocket, or an unreadable request. */
export const refuseConnection = (socket: Duplex, code: ErrorCode, details: Details = {}): void => {
  const { status, headers, body } = refusal(code, details);
  endWith(socket, status, headers, body);
};

const isStopped = new WeakSet<object>();

/**
 * Accepts no more requests from a connection, and leaves it open for the answers under way. Node makes a request of
 * everything that came in one read, even if the connection was destroyed: 64 KB hold 2,400 requests, which take 60 ms.
 * Returning 2, as for an upgrade, stops the parser (llhttp's `on_headers_complete`).
 */
export const stopReading = (socket: object): void => {
  isStopped.add(socket);
  const parser: unknown = Reflect.get(socket, "parser");
  if (typeof parser === "object" && parser !== null) Reflect.set(parser, "onIncoming", () => 2);
};

const statusByCode: Partial<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/**
 * Ends a connection whose bytes are not a request, or arrive too slowly. If an answer is under way, nothing is written
 * into it. A connection whose parser was stopped ends by itself after its last answer.
 */
export const answerUnreadable = (error: NodeJS.ErrnoException, socket: Duplex, isBusy: boolean): void => {
  if (isStopped.has(socket)) return;
  if (isBusy || !socket.writable || error.code === "ECONNRESET") return void socket.destroy();
  const status = statusByCode[error.code ?? ""];
  if (status === undefined)
    return refuseConnection(socket, "validation_failed", { text: "This is not an HTTP request." });
  endWith(socket, status, { "Content-Length": 0 });
};
