import { Redis, type RedisOptions } from "ioredis";
import type { Logger } from "../process/logger.ts";

/** One of our connections, for those who are not in this folder. */
export type RedisClient = Redis;

/** Which Redis, and what all of our keys and channels in it begin with. */
export type RedisPlace = { url: string; prefix: string };

const connectTimeoutMs = 2_000;
const answerTimeoutMs = 2_000;
/** A process waits so long for Redis at its start: a connection, a frozen one's first answer, and some room. */
export const startWaitMs = connectTimeoutMs + answerTimeoutMs + 1_000;

// `socketTimeout` is what notices a Redis that is frozen, not gone: an answer that does not come ends the connection.
const common = {
  connectTimeout: connectTimeoutMs,
  socketTimeout: answerTimeoutMs,
  retryStrategy: (times: number) => Math.min(50 * 2 ** Math.min(times, 6), 2_000),
  // What is under way when the connection ends fails then: with no retries ioredis answers it, and with its resending
  // switched off instead it would never answer at all.
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  // ioredis subscribes again without a catch: a Redis that refuses a channel would end the process.
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
 * For limits and presence: fails at once where Redis does not answer, since each has something to fall back to. Every
 * key gets the prefix and a colon.
 */
export const openCommandClient = ({ url, prefix }: RedisPlace, logger: Logger): Redis =>
  reportTo(new Redis(url, { ...common, commandTimeout: 500, keyPrefix: `${prefix}:` }), "commands", logger);

/** For publishing: what cannot go out now is not kept, since it would overtake other nodes' subscriptions. */
export const openPublisherClient = ({ url }: RedisPlace, logger: Logger): Redis =>
  reportTo(new Redis(url, common), "publisher", logger);

/** For listening. Whoever uses it subscribes at each `ready`. */
export const openSubscriberClient = ({ url }: RedisPlace, logger: Logger): Redis =>
  reportTo(new Redis(url, common), "subscriber", logger);
