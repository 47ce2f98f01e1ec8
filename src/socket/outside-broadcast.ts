import { Emitter } from "@socket.io/redis-emitter";
import type { Broadcast } from "../chat/ports.ts";
import type { Logger } from "../logger.ts";
import { createBroadcast } from "./broadcast.ts";
import type { ServerToClientEvents } from "./events.ts";
import { sayAlive } from "./peers.ts";
import { openPublisherClient, readyWithin } from "./redis-clients.ts";
import { createSafePublisher } from "./safe-publisher.ts";
import { channelKey, createWireParser } from "./wire-parser.ts";

const readyTimeoutMs = 2_000;

/**
 * Broadcasts from a process without sockets. With Redis away nothing is sent and nothing fails; when it is back, the
 * nodes are told to let their clients catch up.
 * @returns the broadcast, whether Redis answers, and how to end it
 */
export const createOutsideBroadcast = async ({
  redisUrl,
  logger,
}: {
  redisUrl: string;
  logger: Logger;
}): Promise<{ broadcast: Broadcast; isUp: () => boolean; close: () => Promise<void> }> => {
  const redis = openPublisherClient(redisUrl, logger);
  const publisher = createSafePublisher(redis, {
    onDropped: () => undefined,
    onRecovered: () => emitter.serverSideEmit("resync", "redis_was_away"),
  });
  const emitter = new Emitter<ServerToClientEvents>(publisher, { key: channelKey, parser: createWireParser() });
  await readyWithin(redis, readyTimeoutMs);
  const sayEnded = sayAlive((word, id) => emitter.serverSideEmit("peer", word, id), "alive");
  return {
    broadcast: createBroadcast(emitter),
    isUp: () => redis.status === "ready",
    close: async () => {
      sayEnded();
      await publisher.flushed();
      redis.disconnect();
    },
  };
};
