import type { Redis } from "ioredis";
import type { Presence } from "../contract/server-events.ts";

const keyOf = (userId: string): string => `presence:${userId}`;
const takenKeyOf = (userId: string): string => `taken:${userId}`;
const seenKeyOf = (userId: string): string => `seen:${userId}`;
/** The connected users, each with the time when it expires unless it is confirmed. */
const onlineKey = "online";

/** A connection that was not confirmed for this long is gone together with its node. */
const lastsMs = 30_000;
export const confirmEveryMs = 10_000;
const seenLastsS = 30 * 24 * 3_600;
const takenAtOnce = 200;
/** A process that took a gone user has this long to broadcast it. */
const takenForMs = 8_000;

type Connection = { userId: string; connectionId: string };

/** How many commands `confirm` sends per connection. */
const commandsEach = 3;

/** @throws the error that Redis returned for that command */
const count = (result: [Error | null, unknown][] | null, index: number): number => {
  const [error, value] = result?.[index] ?? [];
  if (error) throw error;
  return Number(value ?? 0);
};

/** A time as we wrote it; null for anything else. */
const timeIn = (value: unknown): string | null => {
  const at = typeof value === "string" && value.length < 40 ? Date.parse(value) : NaN;
  return Number.isNaN(at) ? null : new Date(at).toISOString();
};

/** Notes that the user was seen at `at` (ms), unless a later time is known. */
const noteSeen = async (redis: Redis, userId: string, at: number): Promise<void> => {
  const known = Date.parse((await redis.get(seenKeyOf(userId))) ?? "") || 0;
  if (at > known) await redis.set(seenKeyOf(userId), new Date(at).toISOString(), "EX", seenLastsS);
};

/** Whether this process is the one that takes the user, who was online until `until` (ms). */
const take = async (redis: Redis, userId: string, until: number): Promise<boolean> => {
  if ((await redis.set(takenKeyOf(userId), "1", "PX", takenForMs, "NX")) === null) return false;
  await noteSeen(redis, userId, until - lastsMs);
  return true;
};

const takeGone = async (redis: Redis, clock: () => number): Promise<string[]> => {
  const taken: string[] = [];
  for (let from = 0; ; from += takenAtOnce) {
    const found = await redis.zrangebyscore(onlineKey, 0, clock(), "WITHSCORES", "LIMIT", from, takenAtOnce);
    if (found.length === 0) return taken;
    // The reply alternates users and times.
    const takeAt = async (userId: string, at: number): Promise<void> => {
      if (at % 2 === 0 && (await take(redis, userId, Number(found[at + 1])))) taken.push(userId);
    };
    await Promise.all(found.map(takeAt));
  }
};

/**
 * The connections of each user on all nodes: one sorted set per user in Redis, by each connection's expiry, and one
 * sorted set of all users, to find those whose node was killed. While Redis is away the methods throw, and the caller
 * falls back to what its node knows.
 */
export const createPresenceRegister = (redis: Redis, clock: () => number = Date.now) => ({
  /** Adds the connection. @returns how many the user has now */
  add: async (userId: string, connectionId: string): Promise<number> => {
    const now = clock();
    const result = await redis
      .multi()
      .zremrangebyscore(keyOf(userId), 0, now)
      .zadd(keyOf(userId), now + lastsMs, connectionId)
      .zcard(keyOf(userId))
      .pexpire(keyOf(userId), lastsMs)
      .zadd(onlineKey, now + lastsMs, userId)
      .exec();
    return count(result, 2);
  },

  /** Removes the connection. @returns how many are left */
  remove: async (userId: string, connectionId: string): Promise<number> => {
    const now = clock();
    const result = await redis
      .multi()
      .zrem(keyOf(userId), connectionId)
      .zremrangebyscore(keyOf(userId), 0, now)
      .zcard(keyOf(userId))
      .set(seenKeyOf(userId), new Date(now).toISOString(), "EX", seenLastsS)
      .exec();
    return count(result, 2);
  },

  /** Renews these open connections. @returns those of their users that had been reported gone */
  confirm: async (connections: Connection[]): Promise<string[]> => {
    const until = clock() + lastsMs;
    const pipeline = redis.pipeline();
    for (const { userId, connectionId } of connections) {
      pipeline.zadd(onlineKey, until, userId).zadd(keyOf(userId), until, connectionId).pexpire(keyOf(userId), lastsMs);
    }
    const result = await pipeline.exec();
    return connections.flatMap(({ userId }, index) => (count(result, index * commandsEach) === 1 ? [userId] : []));
  },

  /** Removes a user that has no connection left. */
  gone: async (userId: string): Promise<void> => {
    await redis.zrem(onlineKey, userId);
  },

  /**
   * Returns users that were not confirmed in time, each to one caller only. The caller broadcasts that they are gone
   * and then calls `gone`. If the caller is killed in between, another one gets the user a little later.
   */
  takeGone: (): Promise<string[]> => takeGone(redis, clock),

  of: async (userId: string): Promise<Presence> => {
    const result = await redis.multi().zcount(keyOf(userId), clock(), "+inf").get(seenKeyOf(userId)).exec();
    const online = count(result, 0) > 0;
    const seen = result?.[1]?.[1];
    return { userId, online, lastSeenAt: online ? null : timeIn(seen) };
  },
});
export type PresenceRegister = ReturnType<typeof createPresenceRegister>;
