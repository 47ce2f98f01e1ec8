import { Emitter } from "@socket.io/redis-emitter";
import type { Broadcast } from "../../chat/ports.ts";
import type { ServerToClientEvents } from "../../contract/server-events.ts";
import type { Logger } from "../../process/logger.ts";
import { channelsOf } from "../../redis/channels.ts";
import { openPublisherClient, type RedisPlace } from "../../redis/clients.ts";
import { createPublishProbe } from "../../redis/probe.ts";
import { watchRedis } from "../../redis/watch-redis.ts";
import type { TypingWord } from "../events/typing-words.ts";
import { createBroadcast } from "./broadcast.ts";
import { sayAlive } from "./peers.ts";
import { createSafePublisher } from "./safe-publisher.ts";
import { createWireParser } from "./wire-parser.ts";

/**
 * Broadcasts from a process without sockets. While Redis is away nothing is sent and nothing fails; when it works again,
 * the nodes let their clients catch up.
 * @returns the broadcast, whether Redis works, and a function that ends it
 */
export const createOutsideBroadcast = async ({
  place,
  logger,
}: {
  place: RedisPlace;
  logger: Logger;
}): Promise<{ broadcast: Broadcast; isUp: () => boolean; close: () => Promise<void> }> => {
  const redis = openPublisherClient(place, logger);
  const publisher = createSafePublisher(redis, () => watch.broke());
  const emitter = new Emitter<ServerToClientEvents>(publisher, { key: place.prefix, parser: createWireParser() });
  const watch = watchRedis({
    clients: [redis],
    checks: [
      { part: "channels", ask: createPublishProbe({ publisher: redis, place, channels: channelsOf(place.prefix) }) },
    ],
    onRecovered: () => emitter.serverSideEmit("resync", "redis_was_away"),
    logger,
  });
  await watch.started();
  const sayEnded = sayAlive((word, id) => emitter.serverSideEmit("peer", word, id), "alive");
  return {
    broadcast: createBroadcast(emitter, (typist) =>
      emitter.serverSideEmit("typing", { ...typist, isTyping: false, from: null } satisfies TypingWord),
    ),
    isUp: watch.isUp,
    close: async () => {
      sayEnded();
      watch.stop();
      await publisher.flushed();
      redis.disconnect();
    },
  };
};
