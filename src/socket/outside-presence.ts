import type { Logger } from "../logger.ts";
import type { Presence } from "./events.ts";
import { createPresenceRegister } from "./presence.ts";
import { openCommandClient, readyWithin } from "./redis-clients.ts";

const readyTimeoutMs = 2_000;

/**
 * Who is connected, for a process without sockets.
 * @returns a look at a user, null where Redis does not answer; and how to end it
 */
export const createOutsidePresence = async ({
  redisUrl,
  logger,
}: {
  redisUrl: string;
  logger: Logger;
}): Promise<{ of: (userId: string) => Promise<Presence | null>; close: () => void }> => {
  const redis = openCommandClient(redisUrl, logger);
  const register = createPresenceRegister(redis);
  await readyWithin(redis, readyTimeoutMs);
  return { of: (userId) => register.of(userId).catch(() => null), close: () => redis.disconnect() };
};
