import { setTimeout as pause } from "node:timers/promises";
import type { Redis } from "ioredis";

/** Publishes that may be under way; past it Redis is too slow, and memory must not grow. */
const mostUnderWay = 5_000;

/**
 * A publisher for the Redis adapter and the emitter, which publish without a catch: with Redis gone that would end
 * the process. What comes within one turn of the event loop goes out in one write. What cannot go out is counted, and
 * when Redis is back `onRecovered` says that something was missed.
 */
export const createSafePublisher = (redis: Redis, parts: { onDropped: () => void; onRecovered: () => void }) => {
  let gathered: ["publish", string, string | Buffer][] = [];
  let underWay = 0;
  let missed = false;

  const drop = (): void => {
    missed = true;
    parts.onDropped();
  };

  const recover = (): void => {
    if (!missed || underWay > 0 || redis.status !== "ready") return;
    missed = false;
    parts.onRecovered();
  };
  redis.on("ready", recover);

  const flush = async (): Promise<void> => {
    const batch = gathered;
    gathered = [];
    try {
      const results = await redis.pipeline(batch).exec();
      if (results?.some(([error]) => error !== null)) drop();
    } catch {
      drop();
    }
    underWay -= batch.length;
    recover();
  };

  return {
    publish: (channel: string, message: string | Buffer): void => {
      if (redis.status !== "ready" || underWay >= mostUnderWay) return drop();
      underWay += 1;
      gathered.push(["publish", channel, message]);
      if (gathered.length === 1) setImmediate(() => void flush());
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
