import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { Channels } from "./channels.ts";
import type { RedisPlace } from "./clients.ts";

// Tests whether Redis does what the service needs. An open connection proves little: a server that was replaced, is
// full, or has other permissions by now accepts connections and refuses commands.

const probeLastsS = 60;
const commandTries = 3;

/** Whether a message on a channel is a probe: `probe:65f0…:7`. None of our other messages begins with a p. */
export const isProbe = (message: Buffer): boolean =>
  message.length < 64 && message.subarray(0, 6).toString("latin1") === "probe:";

type Results = [Error | null, unknown][] | null;

const throwFirst = (results: Results): void => {
  for (const [error] of results ?? []) if (error !== null) throw error;
};

const isTimeout = (error: unknown): boolean => error instanceof Error && error.message === "Command timed out";

/** Uses the same commands as the rate limiter's script. */
const limiterScript =
  "redis.call('set', KEYS[1], 0, 'EX', ARGV[1], 'NX') redis.call('incrby', KEYS[1], 1) return redis.call('pttl', KEYS[1])";

/**
 * Runs the commands of presence and limits, on separate keys.
 * @returns a check that throws the error of Redis; after one late answer it asks once more
 */
export const createCommandsProbe = (commands: Redis): (() => Promise<void>) => {
  const [key, set] = [`probe:${randomUUID()}`, `probe:${randomUUID()}`];
  const ask = async (): Promise<void> => {
    const asked = commands.multi().set(key, 0, "EX", probeLastsS).get(key).zadd(set, 1, "one").zcard(set);
    const ended = asked.zcount(set, 0, "+inf").zrangebyscore(set, 0, 2).zremrangebyscore(set, 0, 0).zrem(set, "one");
    throwFirst(await ended.pexpire(set, probeLastsS * 1_000).exec());
    await commands.eval(limiterScript, 1, key, probeLastsS);
  };
  return async () => {
    for (let left = commandTries; ; left -= 1) {
      try {
        return await ask();
      } catch (error) {
        if (left === 1 || !isTimeout(error)) throw error;
      }
    }
  };
};

type Publishing = { publisher: Redis; place: RedisPlace; channels: Channels };

/** Publishes a probe on both channels. A read-only server accepts that without an error, so it must write a key as well. */
const createSend = ({ publisher, place, channels }: Publishing) => {
  const id = randomUUID();
  let count = 0;
  return {
    next: (): string => `probe:${id}:${(count += 1)}`,
    send: async (probe: string): Promise<void> => {
      const write = ["set", `${place.prefix}:probe:${id}`, count, "EX", probeLastsS];
      const publishes = [channels.broadcasts, channels.requests].map((channel) => ["publish", channel, probe]);
      throwFirst(await publisher.pipeline([write, ...publishes]).exec());
    },
  };
};

/** A check that Redis accepts what this process publishes. */
export const createPublishProbe = (parts: Publishing): (() => Promise<void>) => {
  const { next, send } = createSend(parts);
  return () => send(next());
};

/**
 * A check that a message of this process comes back over its own subscriptions, which it first renews. If nothing
 * comes back, the check does not end: the caller sets a limit.
 */
export const createRoundTrip = (parts: Publishing & { subscribe: () => Promise<void> }) => {
  const { next, send } = createSend(parts);
  let expected: { probe: string; on: Set<keyof Channels>; heard: () => void } | undefined;
  return {
    hear: (channel: keyof Channels, probe: string): void => {
      if (expected?.probe !== probe) return;
      expected.on.delete(channel);
      if (expected.on.size === 0) expected.heard();
    },
    ask: async (): Promise<void> => {
      await parts.subscribe();
      const probe = next();
      const back = new Promise<void>((heard) => {
        expected = { probe, on: new Set(["broadcasts", "requests"]), heard };
      });
      await send(probe);
      await back;
    },
  };
};
