import { setTimeout as pause } from "node:timers/promises";
import type { RedisClient } from "../../redis/clients.ts";
import { onceATurn } from "../../timing/once-a-turn.ts";

/** Publishes that may be under way; past it Redis is too slow, and memory must not grow. */
const mostUnderWay = 5_000;

/**
 * A publisher for the Redis adapter and the emitter, which publish without a catch: with Redis gone, or refusing a
 * channel, that would end the process. What comes within one turn of the event loop goes out in one write. `onDropped`
 * is called for what cannot go out.
 */
export const createSafePublisher = (redis: RedisClient, onDropped: () => void) => {
  let gathered: ["publish", string, string | Buffer][] = [];
  let underWay = 0;

  const flush = async (): Promise<void> => {
    const batch = gathered;
    gathered = [];
    try {
      const results = await redis.pipeline(batch).exec();
      if (results?.some(([error]) => error !== null)) onDropped();
    } catch {
      onDropped();
    }
    underWay -= batch.length;
  };
  const flushLater = onceATurn(() => void flush());

  return {
    publish: (channel: string, message: string | Buffer): void => {
      if (redis.status !== "ready" || underWay >= mostUnderWay) return onDropped();
      underWay += 1;
      gathered.push(["publish", channel, message]);
      flushLater();
    },
    /** Resolves when nothing is under way, or after `limitMs`. */
    flushed: async (limitMs = 500): Promise<void> => {
      const isFlushed = (): boolean => underWay === 0;
      const deadline = performance.now() + limitMs;
      while (!isFlushed() && performance.now() < deadline) await pause(5);
    },
    /** The adapter listens for errors; the client's own listeners have them. */
    on: (): void => undefined,
    off: (): void => undefined,
    listenerCount: (): number => 0,
  };
};
