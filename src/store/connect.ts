import { setTimeout as pause } from "node:timers/promises";
import mongoose, { type Connection } from "mongoose";
import { ConfigError } from "../config/parse-settings.ts";
import type { Logger } from "../process/logger.ts";
import { growingPause } from "../timing/growing-pause.ts";
import { asWrongServers, requireReplicaSet } from "./mongodb-uri.ts";

/**
 * Short enough that a person waiting for an answer gets one, and that a consumer keeps its place in its group.
 * `socketTimeoutMS` is what ends the wait for a server that is frozen, not gone. `maxPoolSize` is more than readings and
 * marks may use at once (`bounds` in `src/caller/reads.ts`), so that sends need not wait for them.
 */
const options = {
  appName: "lyvo-chat",
  serverSelectionTimeoutMS: 3_000,
  connectTimeoutMS: 3_000,
  socketTimeoutMS: 6_000,
  waitQueueTimeoutMS: 5_000,
  heartbeatFrequencyMS: 2_000,
  maxPoolSize: 40,
  // What is read was written by the driver, from texts that cannot be malformed; checking that again was two thirds of the
  // work of reading a page of long messages.
  enableUtf8Validation: false,
  ignoreUndefined: true,
  autoIndex: false,
  bufferCommands: false,
} as const;

const pauseAfter = growingPause({ firstMs: 200, longestMs: 5_000 });

/**
 * Connects to MongoDB, for as long as it takes: a database that is away at the start is waited for, with growing
 * pauses. The connection belongs to a mongoose of its own, so that two stores in one process share nothing.
 * @throws the signal's reason when it is aborted; ConfigError for a standalone server
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
