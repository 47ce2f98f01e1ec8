import type { IncomingMessage, ServerResponse } from "node:http";
import type { RequestHandler } from "express";
import { pinoHttp } from "pino-http";
import type { Logger } from "../../process/logger.ts";

const longestPath = 200;

/** Only the path: a query string can contain what must not be logged. */
const pathOf = (req: IncomingMessage): string => {
  const url = "originalUrl" in req && typeof req.originalUrl === "string" ? req.originalUrl : (req.url ?? "");
  return (url.split("?", 1)[0] ?? "").slice(0, longestPath);
};

const isHealth = (req: IncomingMessage): boolean => pathOf(req) === "/api/chat/health";

const levelOf = (req: IncomingMessage, res: ServerResponse) => {
  if (res.statusCode >= 500) return "warn";
  return isHealth(req) ? "debug" : "info";
};

/** One line per request: method, path, status, duration, request id. No headers, no query, no body. */
export const createLogRequests = ({ logger }: { logger: Logger }): RequestHandler =>
  pinoHttp({
    logger,
    wrapSerializers: false,
    customAttributeKeys: { responseTime: "durationMs" },
    serializers: {
      req: (req: IncomingMessage) => ({ id: req.id, method: req.method, path: pathOf(req) }),
      res: (res: ServerResponse) => ({ status: res.statusCode, ...(!res.writableFinished && { aborted: true }) }),
    },
    customLogLevel: levelOf,
    customSuccessMessage: () => "request",
    customErrorMessage: () => "request",
    // The cause of a failure was logged where it was caught; here it would add fields of other libraries.
    customErrorObject: (_req, res, _error, { durationMs }: { durationMs: number }) => ({ res, durationMs }),
  });
