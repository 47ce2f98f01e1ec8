import { createAdapter } from "@socket.io/redis-adapter";
import type { Message } from "../../chat/log/entry.ts";
import type { Logger } from "../../process/logger.ts";
import { channelsOf } from "../../redis/channels.ts";
import type { RedisClient, RedisPlace } from "../../redis/clients.ts";
import { createCommandsProbe, createRoundTrip } from "../../redis/probe.ts";
import { watchRedis } from "../../redis/watch-redis.ts";
import type { ChatServer } from "../chat-socket.ts";
import { sayAlive, watchPeers } from "./peers.ts";
import type { createResync } from "./resync.ts";
import { createSafePublisher } from "./safe-publisher.ts";
import { createSafeSubscriber } from "./safe-subscriber.ts";
import { createWireParser } from "./wire-parser.ts";

type Parts = {
  io: ChatServer;
  place: RedisPlace;
  clients: { commands: RedisClient; publisher: RedisClient; subscriber: RedisClient };
  resync: ReturnType<typeof createResync>;
  counts: { publishDropped: () => void; strayDropped: () => void };
  /** Called for each message that another node or consumer broadcasts to a chat that is open here. */
  onMessage: (message: Pick<Message, "chatId" | "seq" | "id">) => void;
  logger: Logger;
};

/**
 * Connects this node with the others through Redis. After an outage of Redis, `resync` goes to this node's sockets, which
 * may have missed what others published, and to the sockets of other nodes, which may have missed what this node published.
 * If Redis is away at the start, the node serves alone, and joins the others when Redis is back.
 * @returns whether Redis works, whether the node is alone, and a function that stops it
 */
export const joinNodes = async ({ io, place, clients, resync, counts, onMessage, logger }: Parts) => {
  const { commands, publisher, subscriber } = clients;
  const channels = channelsOf(place.prefix);
  const safePublisher = createSafePublisher(publisher, () => {
    counts.publishDropped();
    watch.broke();
  });
  const safeSubscriber = createSafeSubscriber(subscriber, {
    channels,
    onProbe: (channel, probe) => roundTrip.hear(channel, probe),
    onStray: counts.strayDropped,
  });
  const roundTrip = createRoundTrip({ publisher, place, channels, subscribe: safeSubscriber.subscribe });
  const watch = watchRedis({
    clients: [commands, publisher, subscriber],
    checks: [
      { part: "channels", ask: roundTrip.ask },
      { part: "commands", ask: createCommandsProbe(commands) },
    ],
    onRecovered: () => {
      resync("redis_was_away");
      io.serverSideEmit("resync", "redis_was_away");
    },
    logger,
  });
  const isOwn = (uid: string): boolean => uid === Reflect.get(io.sockets.adapter, "uid");
  const parser = createWireParser({ isOwn, onMessage, onStray: counts.strayDropped });
  io.adapter(createAdapter(safePublisher, safeSubscriber.client, { key: place.prefix, parser }));

  const peers = watchPeers({
    isHearing: watch.isUp,
    onLost: () => {
      logger.warn("a node or consumer was lost, clients fetch what it could not broadcast");
      resync("node_was_lost");
    },
    onMissed: () => io.serverSideEmit("resync", "node_was_lost"),
  });
  io.on("resync", resync);
  io.on("peer", peers.hear);
  await watch.started();
  const sayEnded = sayAlive((word, id) => io.serverSideEmit("peer", word, id), "listens");
  return {
    keepsToItself: peers.keepsToItself,
    isUp: watch.isUp,
    /** Announces the end to the other nodes, so that they do not count it as lost; all broadcasts were sent before. */
    stop: async (): Promise<void> => {
      sayEnded();
      watch.stop();
      peers.stop();
      await safePublisher.flushed();
    },
  };
};
