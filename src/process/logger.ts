import { type DestinationStream, type Logger, pino } from "pino";

export type { Logger } from "pino";

/** `destination`: where the lines go, by default standard output. */
type Options = { level: string; process: string; destination?: DestinationStream };

type Described = { type: string; message: string; stack: string | undefined; cause?: Described };

const mostCauses = 4;

/**
 * An error as it is logged: its type, message, stack and causes. The fields that libraries add are left out: the
 * driver's bulk write error contains the documents, and so people's messages.
 */
const describe = (thrown: unknown, depth = 0): Described => {
  if (!(thrown instanceof Error)) return { type: typeof thrown, message: "not an error", stack: undefined };
  const { name, message, stack, cause } = thrown;
  const why = cause !== undefined && depth < mostCauses ? { cause: describe(cause, depth + 1) } : {};
  return { type: name, message, stack, ...why };
};

/**
 * The process's log: one JSON line each, with a constant message and named fields. Tokens, keys and message text are
 * never logged; fields that could contain them are removed here as well.
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
