import { randomUUID } from "node:crypto";
import { type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { ChatError, type ErrorCode } from "../chat/errors.ts";
import { problemMediaType, toProblem } from "../rest/request/problem.ts";

/** A refusal before anything of Express was asked: a problem like any other, for a tenth of the work. */
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

/** Answers a request with a problem; with `close` as the last one of its connection. */
export const refuseRequest = (
  response: ServerResponse,
  code: ErrorCode,
  { close = false, ...details }: Details = {},
) => {
  const { status, headers, body } = refusal(code, details);
  response.writeHead(status, { ...headers, ...(close && { Connection: "close" }) }).end(body);
};

/** The last answer of a connection, which then ends. */
const endWith = (socket: Duplex, status: number, headers: Record<string, string | number>, body = ""): void => {
  const lines = Object.entries({ ...headers, Connection: "close" }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.once("finish", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n${body}`);
};

/** The same on a connection that has no response: one that wants to become a websocket, or cannot be read. */
export const refuseConnection = (socket: Duplex, code: ErrorCode, details: Details = {}): void => {
  const { status, headers, body } = refusal(code, details);
  endWith(socket, status, headers, body);
};

const isStopped = new WeakSet<object>();

/**
 * Takes no more requests from a connection, and leaves it open for what is still answered. Node makes a request of all
 * that came in one read, also when the connection was destroyed: 64 KB hold 2,400, which take 60 ms. To return 2, as for
 * an upgrade, ends that (llhttp's `on_headers_complete`).
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
 * Ends a connection whose bytes are no request, or too slow a one. Where an answer is under way nothing is written into it;
 * and one that reads no more ends by itself, after its last answer.
 */
export const answerUnreadable = (error: NodeJS.ErrnoException, socket: Duplex, isBusy: boolean): void => {
  if (isStopped.has(socket)) return;
  if (isBusy || !socket.writable || error.code === "ECONNRESET") return void socket.destroy();
  const status = statusByCode[error.code ?? ""];
  if (status === undefined)
    return refuseConnection(socket, "validation_failed", { text: "This is not an HTTP request." });
  endWith(socket, status, { "Content-Length": 0 });
};
