import type { Presence } from "../../contract/server-events.ts";
import type { Logger } from "../../process/logger.ts";
import { openCommandClient, type RedisPlace } from "../../redis/clients.ts";
import { createPresenceRegister } from "../../redis/presence-register.ts";
import { createCommandsProbe } from "../../redis/probe.ts";
import { watchRedis } from "../../redis/watch-redis.ts";

type OutsidePresence = {
  of: (userId: string) => Promise<Presence | null>;
  isUp: () => boolean;
  close: () => void;
};

/**
 * Presence for a process without sockets.
 * @returns the presence of a user (null if Redis does not answer), whether Redis works, and a function that ends it
 */
export const createOutsidePresence = async ({
  place,
  logger,
}: {
  place: RedisPlace;
  logger: Logger;
}): Promise<OutsidePresence> => {
  const redis = openCommandClient(place, logger);
  const register = createPresenceRegister(redis);
  const watch = watchRedis({
    clients: [redis],
    checks: [{ part: "commands", ask: createCommandsProbe(redis) }],
    onRecovered: () => undefined,
    logger,
  });
  await watch.started();
  const close = (): void => {
    watch.stop();
    redis.disconnect();
  };
  return { of: (userId) => register.of(userId).catch(() => null), isUp: watch.isUp, close };
};
