import { expect, test } from "@jest/globals";
import { Redis } from "ioredis";
import { anApprovedChat, ask, collect, connect, next, until } from "../support/chat-client.ts";
import { ownRedis } from "../support/own-services.ts";
import { untilRedis } from "../support/redis-health.ts";
import { startNode, startTwoNodes } from "../support/start-node.ts";
import { openProxy } from "../torture/proxy.ts";

// Redis fails over behind one name: the old server keeps its connections, answers READONLY, and publishes to nobody else.
const portOf = (address: string): number => Number(new URL(address).port);

test("nodes whose Redis became read-only say `degraded`, find the new one, and send `resync`; presence is right there", async () => {
  await using old = await ownRedis();
  await using fresh = await ownRedis();
  const proxy = await openProxy(portOf(old.address));
  const [toOld, toFresh] = [new Redis(old.address), new Redis(fresh.address)];
  const settings = { REDIS_URL: `redis://127.0.0.1:${proxy.port}`, LIMIT_CONNECTIONS_PER_USER: "20" };
  try {
    await using nodes = await startTwoNodes(settings);
    const { one, other } = nodes;
    const { chatId, ownerId, seekerId } = await anApprovedChat(one);
    using owner = await connect(one, ownerId);
    using seeker = await connect(other, seekerId);
    for (const socket of [owner, seeker]) await ask(socket, "join_chat", chatId);
    for (const node of [one, other]) await untilRedis(node, "up");

    await toOld.replicaof("127.0.0.1", portOf(fresh.address));
    for (const node of [one, other]) await untilRedis(node, "down");
    // Chat works meanwhile, and people come.
    expect(await ask(owner, "send_message", { chatId, type: "text", content: "meanwhile" })).toMatchObject({
      ok: true,
    });
    using late = await connect(one, "somebody-else");
    expect(late.connected).toBe(true);

    const resynced = [owner, seeker].map((socket) => next(socket, "resync", () => true));
    proxy.lead(portOf(fresh.address));
    expect(await Promise.all(resynced)).toEqual([{ reason: "redis_was_away" }, { reason: "redis_was_away" }]);
    for (const node of [one, other]) await untilRedis(node, "up");

    await using third = await startNode({ ...settings, MONGODB_URI: one.config.mongodbUri });
    using elsewhere = await connect(third, seekerId);
    await ask(elsewhere, "join_chat", chatId);
    const [heardThere, heardHere] = [collect(elsewhere, "receive_message"), collect(owner, "receive_message")];
    await ask(owner, "send_message", { chatId, type: "text", content: "to the new one" });
    await until(() => heardThere.some(({ content }) => content === "to the new one"));
    await ask(elsewhere, "send_message", { chatId, type: "text", content: "from the new one" });
    await until(() => heardHere.some(({ content }) => content === "from the new one"));

    const key = `${one.config.redisPrefix}:presence:${ownerId}`;
    await until(async () => (await toFresh.zcard(key)) === 1, "the owner's presence in the new Redis");
  } finally {
    for (const client of [toOld, toFresh]) client.disconnect();
    proxy.close();
  }
});
