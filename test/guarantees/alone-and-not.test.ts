import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { Redis } from "ioredis";
import { anApprovedChat, ask, type Client, connect, next } from "../support/chat-client.ts";
import { ownRedis } from "../support/own-services.ts";
import { startNode } from "../support/start-node.ts";

// A node that is alone publishes nothing, since nobody would hear it; with a second one everything is heard on both.
const sends = 20;
/** After so long without a word of another one a node takes itself for alone. */
const aloneAfterMs = 7_000;

const published = async (redis: Redis): Promise<number> =>
  Number(/cmdstat_publish:calls=(\d+)/.exec(await redis.info("commandstats"))?.[1] ?? 0);

const send = async (socket: Client, chatId: string, content: string): Promise<void> => {
  expect(await ask(socket, "send_message", { chatId, type: "text", content })).toMatchObject({ ok: true });
};

test("a single node does not publish its broadcasts; when a second one starts, each receives the other's from the first message on", async () => {
  const service = await ownRedis();
  const redis = new Redis(service.address);
  try {
    await using one = await startNode({ REDIS_URL: service.address });
    const { chatId, ownerId, seekerId } = await anApprovedChat(one);
    using owner = await connect(one, ownerId);
    await ask(owner, "join_chat", chatId);
    await sleep(aloneAfterMs);
    const before = await published(redis);
    for (let n = 0; n < sends; n += 1) await send(owner, chatId, `alone ${n}`);
    // Its word that it lives goes out all the same.
    expect((await published(redis)) - before).toBeLessThan(sends / 2);

    await using two = await startNode({ REDIS_URL: service.address, MONGODB_URI: one.config.mongodbUri });
    using seeker = await connect(two, seekerId);
    const joined = (await ask(seeker, "join_chat", { chatId, limit: 200 })) as { messages: unknown[] };
    expect(joined.messages).toHaveLength(1 + sends);
    const heard = next(seeker, "receive_message", ({ content }) => content === "there are two");
    await send(owner, chatId, "there are two");
    await heard;
    const answered = next(owner, "receive_message", ({ content }) => content === "so there are");
    await send(seeker, chatId, "so there are");
    await answered;
  } finally {
    redis.disconnect();
    await service.close();
  }
});
