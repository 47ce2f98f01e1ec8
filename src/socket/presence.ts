import type { Redis } from "ioredis";
import type { Presence } from "./events.ts";

const keyOf = (userId: string): string => `presence:${userId}`;
const seenKeyOf = (userId: string): string => `seen:${userId}`;

/** A connection that is not confirmed for so long is gone with its node. */
const lastsMs = 60_000;
export const confirmEveryMs = 20_000;
const seenLastsS = 30 * 24 * 3_600;

const count = (result: [Error | null, unknown][] | null, index: number): number => Number(result?.[index]?.[1] ?? 0);

/**
 * Which connections each user has, over all nodes: a sorted set per user in Redis, by the time until which each one
 * counts. Redis may be away; then these throw, and who asks falls back to what the node knows.
 */
export const createPresenceRegister = (redis: Redis) => ({
  /** Counts the connection; how many the user has now. */
  add: async (userId: string, connectionId: string): Promise<number> => {
    const now = Date.now();
    const result = await redis
      .multi()
      .zremrangebyscore(keyOf(userId), 0, now)
      .zadd(keyOf(userId), now + lastsMs, connectionId)
      .zcard(keyOf(userId))
      .pexpire(keyOf(userId), lastsMs)
      .exec();
    return count(result, 2);
  },

  /** The connection is gone; how many are left. */
  remove: async (userId: string, connectionId: string): Promise<number> => {
    const now = Date.now();
    const result = await redis
      .multi()
      .zrem(keyOf(userId), connectionId)
      .zremrangebyscore(keyOf(userId), 0, now)
      .zcard(keyOf(userId))
      .set(seenKeyOf(userId), new Date(now).toISOString(), "EX", seenLastsS)
      .exec();
    return count(result, 2);
  },

  /** These connections still stand. */
  confirm: async (connections: { userId: string; connectionId: string }[]): Promise<void> => {
    const until = Date.now() + lastsMs;
    const pipeline = redis.pipeline();
    for (const { userId, connectionId } of connections) {
      pipeline.zadd(keyOf(userId), until, connectionId).pexpire(keyOf(userId), lastsMs);
    }
    await pipeline.exec();
  },

  of: async (userId: string): Promise<Presence> => {
    const result = await redis.multi().zcount(keyOf(userId), Date.now(), "+inf").get(seenKeyOf(userId)).exec();
    const online = count(result, 0) > 0;
    const seen = result?.[1]?.[1];
    return { userId, online, lastSeenAt: online || typeof seen !== "string" ? null : seen };
  },
});
export type PresenceRegister = ReturnType<typeof createPresenceRegister>;
