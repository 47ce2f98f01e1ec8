import type { Redis } from "ioredis";
import type { Presence } from "../contract/socket-events.ts";

const keyOf = (userId: string): string => `presence:${userId}`;
const takenKeyOf = (userId: string): string => `taken:${userId}`;
const seenKeyOf = (userId: string): string => `seen:${userId}`;
/** Who counts as connected, by the time until which that holds unless it is confirmed. */
const onlineKey = "online";

/** A connection that is not confirmed for so long is gone with its node. */
const lastsMs = 30_000;
export const confirmEveryMs = 10_000;
const seenLastsS = 30 * 24 * 3_600;
const takenAtOnce = 200;
/** Who took a user that is gone has so long to tell of it. */
const takenForMs = 8_000;

type Connection = { userId: string; connectionId: string };

/** How many commands `confirm` has for a connection. */
const commandsEach = 3;

/** @throws what Redis says to that command */
const count = (result: [Error | null, unknown][] | null, index: number): number => {
  const [error, value] = result?.[index] ?? [];
  if (error) throw error;
  return Number(value ?? 0);
};

/** A time as we wrote it; whatever else stands there is none. */
const timeIn = (value: unknown): string | null => {
  const at = typeof value === "string" && value.length < 40 ? Date.parse(value) : NaN;
  return Number.isNaN(at) ? null : new Date(at).toISOString();
};

/** The user was there at `at` (ms), if nobody has seen it later. */
const noteSeen = async (redis: Redis, userId: string, at: number): Promise<void> => {
  const known = Date.parse((await redis.get(seenKeyOf(userId))) ?? "") || 0;
  if (at > known) await redis.set(seenKeyOf(userId), new Date(at).toISOString(), "EX", seenLastsS);
};

/**
 * Which connections each user has, over all nodes: a sorted set per user in Redis, by the time until which each one
 * counts; and one of all users, in which those are found whose node ended without a word. Redis may be away; then these
 * throw, and who asks falls back to what the node knows.
 */
export const createPresenceRegister = (redis: Redis, clock: () => number = Date.now) => ({
  /** Counts the connection; how many the user has now. */
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

  /** The connection is gone; how many are left. */
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

  /** These connections still stand. @returns users of them who had been taken for gone */
  confirm: async (connections: Connection[]): Promise<string[]> => {
    const until = clock() + lastsMs;
    const pipeline = redis.pipeline();
    for (const { userId, connectionId } of connections) {
      pipeline.zadd(onlineKey, until, userId).zadd(keyOf(userId), until, connectionId).pexpire(keyOf(userId), lastsMs);
    }
    const result = await pipeline.exec();
    return connections.flatMap(({ userId }, index) => (count(result, index * commandsEach) === 1 ? [userId] : []));
  },

  /** The user has no connection left. */
  gone: async (userId: string): Promise<void> => {
    await redis.zrem(onlineKey, userId);
  },

  /**
   * Users whom nobody confirmed for too long, each of them to one caller only. Who takes one tells of it and then calls
   * `gone`; one that was killed in between leaves it to the next caller, a little later.
   */
  takeGone: async (): Promise<string[]> => {
    const taken: string[] = [];
    const take = async (userId: string, until: number): Promise<void> => {
      if ((await redis.set(takenKeyOf(userId), "1", "PX", takenForMs, "NX")) === null) return;
      await noteSeen(redis, userId, until - lastsMs);
      taken.push(userId);
    };
    for (let from = 0; ; from += takenAtOnce) {
      const found = await redis.zrangebyscore(onlineKey, 0, clock(), "WITHSCORES", "LIMIT", from, takenAtOnce);
      if (found.length === 0) return taken;
      // Users and times by turns.
      await Promise.all(found.flatMap((userId, at) => (at % 2 === 0 ? [take(userId, Number(found[at + 1]))] : [])));
    }
  },

  of: async (userId: string): Promise<Presence> => {
    const result = await redis.multi().zcount(keyOf(userId), clock(), "+inf").get(seenKeyOf(userId)).exec();
    const online = count(result, 0) > 0;
    const seen = result?.[1]?.[1];
    return { userId, online, lastSeenAt: online ? null : timeIn(seen) };
  },
});
export type PresenceRegister = ReturnType<typeof createPresenceRegister>;
