import { type Logger, pino } from "pino";

export type { Logger } from "pino";

/**
 * The process's log: a constant message and named fields, one JSON line each. Tokens, keys and message text are never
 * logged; what could carry them is cut out here as well.
 */
export const createLogger = ({ level, process: name }: { level: string; process: string }): Logger =>
  pino({
    level,
    base: { process: name },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: ["req.headers.authorization", "req.headers['x-api-key']", "req.headers.cookie", "*.token", "*.content"],
      censor: "(cut out)",
    },
  });
