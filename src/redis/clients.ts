import { Redis, type RedisOptions } from "ioredis";
import type { Logger } from "../process/logger.ts";
import { growingPause } from "../timing/growing-pause.ts";

/** One of our connections, as a type for other folders. */
export type RedisClient = Redis;

/** The address of Redis, and the prefix of all of our keys and channels in it. */
export type RedisPlace = { url: string; prefix: string };

const connectTimeoutMs = 2_000;
const answerTimeoutMs = 2_000;
/** How long a process waits for Redis at its start: for a connection, for the first answer, and some margin. */
export const startWaitMs = connectTimeoutMs + answerTimeoutMs + 1_000;

// `socketTimeout` detects a Redis that is frozen, not gone: a missing answer ends the connection.
const common = {
  connectTimeout: connectTimeoutMs,
  socketTimeout: answerTimeoutMs,
  retryStrategy: growingPause({ firstMs: 100, longestMs: 2_000 }),
  // Commands under way fail when the connection ends: without retries ioredis rejects them. With only its resending
  // turned off, it would never settle them.
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  // ioredis resubscribes without a catch, so a Redis that refuses a channel would end the process.
  autoResubscribe: false,
} satisfies RedisOptions;

const reportTo = (redis: Redis, role: string, logger: Logger): Redis => {
  let isAway = false;
  redis.on("error", (error) => {
    if (!isAway) logger.warn({ err: error, role }, "redis is away");
    isAway = true;
  });
  redis.on("ready", () => {
    if (isAway) logger.info({ role }, "redis is back");
    isAway = false;
  });
  return redis;
};

/**
 * For limits and presence: fails at once if Redis does not answer, since each has a fallback. Every
 * key gets the prefix and a colon.
 */
export const openCommandClient = ({ url, prefix }: RedisPlace, logger: Logger): Redis =>
  reportTo(new Redis(url, { ...common, commandTimeout: 500, keyPrefix: `${prefix}:` }), "commands", logger);

/** For publishing. A message that cannot be sent now is dropped: later it would go out before other nodes have resubscribed. */
export const openPublisherClient = ({ url }: RedisPlace, logger: Logger): Redis =>
  reportTo(new Redis(url, common), "publisher", logger);

/** For listening. Its user must subscribe at each `ready`. */
export const openSubscriberClient = ({ url }: RedisPlace, logger: Logger): Redis =>
  reportTo(new Redis(url, common), "subscriber", logger);
