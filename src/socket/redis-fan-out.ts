import { createAdapter } from "@socket.io/redis-adapter";
import type { Redis } from "ioredis";
import type { Message } from "../chat/message.ts";
import type { Logger } from "../logger.ts";
import type { ChatServer } from "./chat-socket.ts";
import { sayAlive, watchPeers } from "./peers.ts";
import { readyWithin } from "./redis-clients.ts";
import type { createResync } from "./resync.ts";
import { createSafePublisher } from "./safe-publisher.ts";
import { channelKey, createWireParser } from "./wire-parser.ts";

type Parts = {
  io: ChatServer;
  publisher: Redis;
  subscriber: Redis;
  resync: ReturnType<typeof createResync>;
  onDropped: () => void;
  /** Told of each message that another node or consumer broadcasts to a chat which is open here. */
  onMessage: (message: Pick<Message, "chatId" | "seq" | "id">) => void;
  logger: Logger;
};

const waitAtStartMs = 3_000;
/** A frozen Redis is noticed by an answer that does not come, so the subscriber asks now and then. */
const pingEveryMs = 2_000;

/**
 * Joins this node with the others through Redis. After an outage those who may have missed something are told: this
 * node's sockets when its subscription stands again, every node's when its publisher dropped something.
 * With Redis away at the start the node serves alone, and joins the others when Redis is there.
 * @returns whether the node hears the others, and how to stop
 */
export const joinNodes = async ({ io, publisher, subscriber, resync, onDropped, onMessage, logger }: Parts) => {
  const safePublisher = createSafePublisher(publisher, {
    onDropped,
    onRecovered: () => {
      resync("redis_was_away");
      io.serverSideEmit("resync", "redis_was_away");
    },
  });
  // The answer to a ping comes behind those to the subscriptions, which were sent before it. Told sooner, clients would
  // read the log while what others publish is not heard yet.
  const resyncWhenSubscribed = (): void => {
    subscriber.ping().then(
      () => resync("redis_was_away"),
      // The connection ended again; the next one that stands says so.
      () => undefined,
    );
  };
  const useRedis = (): void => {
    const { rooms, sids } = io.sockets.adapter;
    const isOwn = (uid: string): boolean => uid === Reflect.get(io.sockets.adapter, "uid");
    const parser = createWireParser({ isOwn, onMessage });
    io.adapter(createAdapter(safePublisher, subscriber, { key: channelKey, parser }));
    // Each socket keeps the adapter it was made with, and joins and leaves there: both must mean the same rooms.
    Object.assign(io.sockets.adapter, { rooms, sids });
    subscriber.on("ready", resyncWhenSubscribed);
    sayEnded = sayAlive((word, id) => io.serverSideEmit("peer", word, id), "listens");
  };

  const peers = watchPeers({
    isHearing: () => subscriber.status === "ready",
    onLost: () => {
      logger.warn("a node or consumer was lost, clients look for what it could not tell");
      resync("node_was_lost");
    },
    onMissed: () => io.serverSideEmit("resync", "node_was_lost"),
  });
  let sayEnded: (() => void) | undefined;
  io.on("resync", resync);
  io.on("peer", peers.hear);
  await Promise.all([publisher, subscriber].map((client) => readyWithin(client, waitAtStartMs)));
  // The adapter may only be made on a subscriber that stands now: made before, it would never hear the other nodes. The
  // publisher may come later, since what it cannot send it drops, and says so when it stands.
  if (subscriber.status === "ready") {
    useRedis();
  } else {
    logger.warn("redis is away at the start, this node serves alone until it is there");
    subscriber.once("ready", () => {
      useRedis();
      resyncWhenSubscribed();
    });
  }
  const pinging = setInterval(() => {
    if (subscriber.status === "ready") subscriber.ping().catch(() => undefined);
  }, pingEveryMs).unref();
  return {
    keepsToItself: peers.keepsToItself,
    isUp: (): boolean => publisher.status === "ready" && subscriber.status === "ready",
    /** Tells the others that it is not lost but ends; what it had to tell was told before. */
    stop: async (): Promise<void> => {
      sayEnded?.();
      peers.stop();
      clearInterval(pinging);
      await safePublisher.flushed();
    },
  };
};
