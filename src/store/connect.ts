import { setTimeout as pause } from "node:timers/promises";
import mongoose, { type Connection } from "mongoose";
import { ConfigError } from "../config/parse-settings.ts";
import type { Logger } from "../process/logger.ts";
import { growingPause } from "../timing/growing-pause.ts";
import { asWrongServers, requireReplicaSet } from "./mongodb-uri.ts";

/**
 * Short enough that a waiting person gets an answer and that a consumer stays in its group. `socketTimeoutMS` ends the
 * wait for a server that is frozen, not gone. `maxPoolSize` is more than reads and marks may use at once (`bounds` in
 * `src/caller/reads.ts`), so sends need not wait for them.
 */
const options = {
  appName: "lyvo-chat",
  serverSelectionTimeoutMS: 3_000,
  connectTimeoutMS: 3_000,
  socketTimeoutMS: 6_000,
  waitQueueTimeoutMS: 5_000,
  heartbeatFrequencyMS: 2_000,
  maxPoolSize: 40,
  // The driver wrote these texts, from strings that cannot be malformed. Checking them again was two thirds of the work of
  // reading a page of long messages.
  enableUtf8Validation: false,
  ignoreUndefined: true,
  autoIndex: false,
  bufferCommands: false,
} as const;

const pauseAfter = growingPause({ firstMs: 200, longestMs: 5_000 });

/**
 * Connects to MongoDB. If the database is away, it tries again with growing pauses, for as long as it takes. The
 * connection has a separate mongoose instance, so that two stores in one process share nothing.
 * @throws the signal's reason if it is aborted; ConfigError for a standalone server
 */
export const connect = async (uri: string, logger: Logger, signal: AbortSignal): Promise<Connection> => {
  const own = new mongoose.Mongoose({ sanitizeFilter: true, strictQuery: "throw" });
  for (let failures = 1; ; failures += 1) {
    signal.throwIfAborted();
    const connection = own.createConnection();
    try {
      const opened = await connection.openUri(uri, options);
      await requireReplicaSet(opened.getClient());
      return opened;
    } catch (error) {
      await connection.destroy().catch(() => undefined);
      const final = error instanceof ConfigError ? error : asWrongServers(error);
      if (final) throw final;
      const pauseMs = pauseAfter(failures);
      logger.warn({ err: error, pauseMs }, "mongodb is away, trying again");
      await pause(pauseMs, undefined, { signal });
    }
  }
};
