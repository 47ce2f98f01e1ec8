import { setTimeout as pause } from "node:timers/promises";
import type { RedisClient } from "../../redis/clients.ts";
import { onceATurn } from "../../timing/once-a-turn.ts";

/** How many publishes may be under way; beyond that Redis is too slow, and memory must not grow. */
const mostUnderWay = 5_000;

/**
 * A publisher for the Redis adapter and the emitter, which publish without a catch: if Redis is gone or refuses a
 * channel, that would end the process. Publishes within one turn of the event loop are one write. `onDropped` is called
 * for each publish that is dropped.
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
    /** The adapter listens for errors; the client's own listeners handle them. */
    on: (): void => undefined,
    off: (): void => undefined,
    listenerCount: (): number => 0,
  };
};
