import { once } from "node:events";
import { createServer, type Server as HttpServer } from "node:http";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Server } from "socket.io";
import { io as connect, type Socket } from "socket.io-client";
import { createLogger } from "../../src/process/logger.ts";
import { openCommandClient, openPublisherClient, openSubscriberClient } from "../../src/redis/clients.ts";
import type { ChatServer } from "../../src/socket/chat-socket.ts";
import { joinNodes } from "../../src/socket/fan-out/redis-fan-out.ts";
import { createResync } from "../../src/socket/fan-out/resync.ts";
import { until } from "../support/chat-client.ts";
import { ownRedis } from "../support/own-services.ts";
import { openProxy, type Proxy } from "../torture/proxy.ts";

const logger = createLogger({ level: "silent", process: "test" });

type Urls = { publisher: string; subscriber: string };
type Node = AsyncDisposable & { io: ChatServer; client: Socket; isUp: () => boolean };

const openNode = async (urls: Urls): Promise<Node> => {
  const http: HttpServer = createServer().listen(0, "127.0.0.1");
  await once(http, "listening");
  const io: ChatServer = new Server(http, { transports: ["websocket"] });
  const prefix = "join-nodes";
  const commands = openCommandClient({ url: urls.publisher, prefix }, logger);
  const publisher = openPublisherClient({ url: urls.publisher, prefix }, logger);
  const subscriber = openSubscriberClient({ url: urls.subscriber, prefix }, logger);
  io.on("connection", (socket) => void socket.join("user:everybody"));
  const nodes = await joinNodes({
    io,
    place: { url: urls.publisher, prefix },
    clients: { commands, publisher, subscriber },
    resync: createResync(io),
    counts: { publishDropped: () => undefined, strayDropped: () => undefined },
    onMessage: () => undefined,
    logger,
  });
  const address = http.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const client = connect(`http://127.0.0.1:${port}`, { transports: ["websocket"] });
  await once(client as never, "connect");
  return {
    io,
    client,
    isUp: nodes.isUp,
    [Symbol.asyncDispose]: async () => {
      client.disconnect();
      await io.close();
      await nodes.stop();
      for (const redisClient of [commands, publisher, subscriber]) redisClient.disconnect();
    },
  };
};

/** Whether what one node says is heard by a client of the other. */
const hears = async (listening: Node, speaking: Node): Promise<void> => {
  let heard = false;
  listening.client.on("presence", () => {
    heard = true;
  });
  await until(() => {
    speaking.io.to("user:everybody").emit("presence", { userId: "somebody", online: true, lastSeenAt: null });
    return heard;
  });
  listening.client.off("presence");
};

let redis: Awaited<ReturnType<typeof ownRedis>>;
let proxy: Proxy;
let late: string;

beforeAll(async () => {
  redis = await ownRedis();
  const url = new URL(redis.address);
  proxy = await openProxy(Number(url.port));
  url.port = String(proxy.port);
  late = url.href;
});

afterAll(async () => {
  proxy.close();
  await redis.stop();
});

test.each([
  ["the way out", { publisher: true, subscriber: false }],
  ["the way in", { publisher: false, subscriber: true }],
  ["both ways", { publisher: true, subscriber: true }],
])("a node to which Redis comes late, %s, hears the others and is heard", async (_what, isLate) => {
  await using there = await openNode({ publisher: redis.address, subscriber: redis.address });
  proxy.refuse(true);
  const wayOf = (one: boolean): string => (one ? late : redis.address);
  await using comes = await openNode({ publisher: wayOf(isLate.publisher), subscriber: wayOf(isLate.subscriber) });
  expect(comes.isUp()).toBe(false);
  proxy.refuse(false);
  await until(comes.isUp);
  await hears(comes, there);
  await hears(there, comes);
});
