import { type DestinationStream, type Logger, pino } from "pino";

export type { Logger } from "pino";

/** `destination`: where the lines go, standard output unless told. */
type Options = { level: string; process: string; destination?: DestinationStream };

type Described = { type: string; message: string; stack: string | undefined; cause?: Described };

const mostCauses = 4;

/**
 * An error as it is logged: what it is, where, and why. Without the fields that libraries hang on it: the driver's
 * bulk write error carries the documents, so people's messages.
 */
const describe = (thrown: unknown, depth = 0): Described => {
  if (!(thrown instanceof Error)) return { type: typeof thrown, message: "not an error", stack: undefined };
  const { name, message, stack, cause } = thrown;
  const why = cause !== undefined && depth < mostCauses ? { cause: describe(cause, depth + 1) } : {};
  return { type: name, message, stack, ...why };
};

/**
 * The process's log: a constant message and named fields, one JSON line each. Tokens, keys and message text are never
 * logged; what could carry them is cut out here as well.
 */
export const createLogger = ({ level, process: name, destination = pino.destination(1) }: Options): Logger =>
  pino(
    {
      level,
      base: { process: name },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: describe },
      redact: {
        paths: ["req.headers.authorization", "req.headers['x-api-key']", "req.headers.cookie", "*.token", "*.content"],
        censor: "(cut out)",
      },
    },
    destination,
  );
