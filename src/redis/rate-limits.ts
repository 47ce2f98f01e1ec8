import type { Redis } from "ioredis";
import { type IRateLimiterOptions, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { ChatError } from "../chat/errors.ts";
import type { RateLimit } from "../chat/ports.ts";
import type { Limits } from "../config/config.ts";

const none: RateLimit = { take: async () => undefined };

const both = (one: RateLimit, other: RateLimit): RateLimit => {
  if (one === none) return other;
  if (other === none) return one;
  // One after the other: a send that the first limit refuses uses up nothing of the second.
  return {
    take: async (key) => {
      await one.take(key);
      await other.take(key);
    },
  };
};

/**
 * A number of points per key and time, counted in Redis for all nodes; while Redis is away, each node counts for
 * itself. 0 points: no limit.
 */
const createRateLimit = (redis: Redis, options: IRateLimiterOptions & { points: number }): RateLimit => {
  if (options.points === 0) return none;
  const limiter = new RateLimiterRedis({
    ...options,
    storeClient: redis,
    rejectIfRedisNotReady: true,
    // A key over its limit is refused from memory, without a request to Redis.
    inMemoryBlockOnConsumed: options.points + 1,
    insuranceLimiter: new RateLimiterMemory(options),
  });
  return {
    take: async (key) => {
      try {
        await limiter.consume(key);
      } catch (refused) {
        // Anything else is an error of the limiter, which must not keep people from talking.
        if (!(refused instanceof RateLimiterRes)) return;
        throw new ChatError("rate_limited", { retryAfterMs: Math.max(1, refused.msBeforeNext) });
      }
    },
  };
};

/** One burst may have as many sends as this many seconds allow. */
const burstS = 4;

export type RateLimits = {
  /** Messages of a user, over all nodes, REST and sockets together. */
  sends: (userId: string) => Promise<void>;
  /** REST requests by user or key. */
  requests: RateLimit;
  /** REST requests by address, if they have neither. */
  addressRequests: RateLimit;
  /** Socket handshakes by address. */
  handshakes: RateLimit;
};

export const createRateLimits = (redis: Redis, limits: Limits): RateLimits => {
  const perMinute = (keyPrefix: string, points: number) =>
    createRateLimit(redis, { keyPrefix: `limit:${keyPrefix}`, points, duration: 60 });
  const burst = createRateLimit(redis, {
    keyPrefix: "limit:sends-burst",
    points: limits.sendsPerS * burstS,
    duration: burstS,
  });
  const sends = both(burst, perMinute("sends", limits.sendsPerMin));
  return {
    sends: (userId) => sends.take(userId),
    requests: perMinute("requests", limits.requestsPerMin),
    addressRequests: perMinute("address-requests", limits.addressRequestsPerMin),
    handshakes: perMinute("handshakes", limits.handshakesPerMin),
  };
};
