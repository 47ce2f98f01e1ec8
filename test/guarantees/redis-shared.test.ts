import { expect, test } from "@jest/globals";
import { Redis } from "ioredis";
import { aBooking, anApprovedChat, ask, callAs, connect, next, until } from "../support/chat-client.ts";
import { ownRedis } from "../support/own-services.ts";
import { uniqueName } from "../support/services.ts";
import { databaseUri, startNode } from "../support/start-node.ts";

// Two installations have one Redis. Pub/sub knows no database numbers; what tells them apart is the prefix.

test("two installations on one Redis receive nothing from each other, and each has its own rate limits", async () => {
  await using service = await ownRedis();
  const [production, staging] = [uniqueName("production"), uniqueName("staging")];
  const settings = (database: string, number: number) => ({
    MONGODB_URI: databaseUri(database),
    REDIS_URL: `${service.address}/${number}`,
    LIMIT_SENDS_PER_MIN: "3",
  });
  await using live = await startNode(settings(production, 3));
  await using stage = await startNode(settings(staging, 4));
  await using beside = await startNode(settings(`${staging}-2`, 4));
  await using twin = await startNode(settings(production, 3));
  const booking = aBooking();
  const { chatId } = await anApprovedChat(live, booking);
  using there = await connect(stage, booking.ownerId);
  using elsewhere = await connect(beside, booking.ownerId);
  const heard: unknown[] = [];
  for (const socket of [there, elsewhere]) socket.onAny((...said) => heard.push(said));

  using owner = await connect(live, booking.ownerId);
  using seeker = await connect(twin, booking.seekerId);
  const updated = next(owner, "chat_updated");
  for (const socket of [owner, seeker]) await ask(socket, "join_chat", chatId);
  const typed = next(owner, "user_typing");
  await ask(seeker, "typing", { chatId, isTyping: true });
  await typed;
  const send = (content: string) => ask(owner, "send_message", { chatId, type: "text", content });
  for (const content of ["1", "2", "3"]) expect(await send(content)).toMatchObject({ ok: true });
  expect(await send("4")).toMatchObject({ ok: false, error: { code: "rate_limited" } });
  await updated;

  // The other node of the same installation counts on, the other installations have counted nothing.
  const body = { type: "text", content: "over REST" };
  expect((await callAs(twin, booking.ownerId, "POST", `/api/chat/${chatId}/message`, body)).status).toBe(429);
  for (const node of [stage, beside]) {
    const own = await anApprovedChat(node, booking);
    expect((await callAs(node, booking.ownerId, "POST", `/api/chat/${own.chatId}/message`, body)).status).toBe(201);
  }
  const ofOther = heard.filter((said) => JSON.stringify(said).includes(chatId));
  expect(ofOther).toEqual([]);
  expect(JSON.stringify(heard)).not.toContain("user_typing");
});

test("every key and every channel begins with REDIS_PREFIX, or else with `lyvo-chat:` and the database's name", async () => {
  await using service = await ownRedis();
  const database = uniqueName("named");
  const redis = new Redis(service.address);
  try {
    for (const [set, expected] of [
      [undefined, `lyvo-chat:${database}`],
      ["its.own/{prefix}", "its.own/{prefix}"],
    ] as const) {
      await redis.flushall();
      const settings = {
        MONGODB_URI: databaseUri(database),
        REDIS_URL: service.address,
        REDIS_PREFIX: set,
        LIMIT_SENDS_PER_MIN: "100",
        LIMIT_HANDSHAKES_PER_MIN: "100",
      };
      await using node = await startNode(settings);
      await using other = await startNode(settings);
      const { chatId, ownerId, seekerId } = await anApprovedChat(node);
      using owner = await connect(node, ownerId);
      using seeker = await connect(other, seekerId);
      for (const socket of [owner, seeker]) await ask(socket, "join_chat", chatId);
      const heard = next(seeker, "receive_message");
      expect(await ask(owner, "send_message", { chatId, type: "text", content: "hello" })).toMatchObject({ ok: true });
      await heard;
      await until(async () => (await redis.keys("*limit:sends*")).length > 0);
      const names = [...(await redis.keys("*")), ...((await redis.call("PUBSUB", "CHANNELS")) as string[])];
      expect(names.length).toBeGreaterThan(4);
      expect(names.filter((name) => !name.startsWith(expected))).toEqual([]);
      const clients = (await redis.call("CLIENT", "LIST")) as string;
      expect(clients).toMatch(/psub=1/);
    }
  } finally {
    redis.disconnect();
  }
});
