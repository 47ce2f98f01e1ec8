import { Redis, type RedisOptions } from "ioredis";
import type { Logger } from "../logger.ts";

// `socketTimeout` is what notices a Redis that is frozen, not gone: an answer that does not come ends the connection.
const common = {
  connectTimeout: 3_000,
  socketTimeout: 2_000,
  retryStrategy: (times: number) => Math.min(50 * 2 ** Math.min(times, 6), 2_000),
} satisfies RedisOptions;

// What is under way when the connection ends fails then: with no retries ioredis answers it, and with its resending
// switched off instead it would never answer at all.
const failsAtOnce = { enableOfflineQueue: false, maxRetriesPerRequest: 0 } satisfies RedisOptions;

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

/** For limits and presence: fails at once where Redis does not answer, since each has something to fall back to. */
export const openCommandClient = (url: string, logger: Logger): Redis =>
  reportTo(new Redis(url, { ...common, ...failsAtOnce, commandTimeout: 500 }), "commands", logger);

/** For publishing: what cannot go out now is not kept, since it would overtake other nodes' subscriptions. */
export const openPublisherClient = (url: string, logger: Logger): Redis =>
  reportTo(new Redis(url, { ...common, ...failsAtOnce }), "publisher", logger);

/** For listening. Its offline queue holds the subscriptions over an outage. */
export const openSubscriberClient = (url: string, logger: Logger): Redis =>
  reportTo(new Redis(url, { ...common, maxRetriesPerRequest: null }), "subscriber", logger);

/** Resolves when the client is ready, or after `timeoutMs`. */
export const readyWithin = (redis: Redis, timeoutMs: number): Promise<void> =>
  new Promise((resolve) => {
    if (redis.status === "ready") return resolve();
    const timer = setTimeout(resolve, timeoutMs);
    redis.once("ready", () => {
      clearTimeout(timer);
      resolve();
    });
  });
