import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Chat } from "../../src/chat/cards/card.ts";
import { ask, callAsService, clientOf, connect, next, until } from "../support/chat-client.ts";
import { headersOf, jsonOf, openTestKafka, type TestKafka } from "../support/kafka.ts";
import { runConsumers, type TestConsumers } from "../support/run-consumers.ts";
import { apiKey, startNode, type TestNode, tokenFor } from "../support/start-node.ts";

// Ids that are odd, and good: from Kafka to the inbox, the sockets, presence in Redis and back to Kafka.
let kafka: TestKafka;
let consumers: TestConsumers;
let node: TestNode;
beforeAll(async () => {
  kafka = await openTestKafka({ partitions: 1 });
  consumers = await runConsumers(kafka);
  node = await startNode({ MONGODB_URI: consumers.mongodbUri });
});
afterAll(async () => {
  await node.stop(1_000);
  await consumers[Symbol.asyncDispose]();
  await kafka[Symbol.asyncDispose]();
});

type Id = string | number;

const tokenOf = (sub: unknown): string => {
  const claims: object = { sub };
  return tokenFor("", claims);
};

const chatsOf = async (id: Id): Promise<Chat[]> => {
  const headers = { authorization: `Bearer ${tokenOf(id)}` };
  const response = await fetch(`${node.url}/api/chat/user/${encodeURIComponent(id)}`, { headers });
  return ((await response.json()) as { chats: Chat[] }).chats;
};

const long = "x".repeat(128);
const pairs: [bookingId: Id, ownerId: Id, seekerId: Id][] = [
  ["a:b", "a:b", "a"],
  ["__proto__", "__proto__", "constructor"],
  ["toString", "hasOwnProperty", "then"],
  [0, 0, "00"],
  [42, 9_007_199_254_740_991, "1e3"],
  [long, long, `${long.slice(1)}y`],
  [".a.", ".a", "-"],
  ["chat:x", "user:1", "presence:1"],
];

describe("a booking with odd ids becomes a chat in which two people talk", () => {
  test.each(pairs)("booking %j of %j and %j", async (bookingId, ownerId, seekerId) => {
    const value = JSON.stringify({ bookingId, ownerId, seekerId });
    await kafka.publish({ topic: kafka.topics.approved, key: String(bookingId), value });
    const own = async () => (await chatsOf(ownerId)).filter((chat) => chat.bookingId === String(bookingId));
    await until(async () => (await own()).length === 1);
    const [chat] = await own();
    expect(chat).toMatchObject({ ownerId: String(ownerId), seekerId: String(seekerId), status: "active" });
    expect(Object.keys(chat?.read ?? {})).toEqual(expect.arrayContaining([String(ownerId), String(seekerId)]));

    using seeker = await connect(node, "", { token: tokenOf(seekerId) });
    const isOwnerThere = ({ userId, online }: { userId: string; online: boolean }): boolean =>
      userId === String(ownerId) && online;
    const there = next(seeker, "presence", isOwnerThere);
    using owner = await connect(node, "", { token: tokenOf(ownerId) });
    await there;
    for (const socket of [seeker, owner])
      expect(await ask(socket, "join_chat", { chatId: chat?.id })).toHaveProperty("ok", true);

    const heard = next(seeker, "receive_message", ({ type }) => type === "text");
    const message = { chatId: chat?.id, type: "text", content: "Hello" };
    expect(await ask(owner, "send_message", message)).toMatchObject({ message: { senderId: String(ownerId) } });
    const { seq } = await heard;
    const read = next(owner, "messages_read");
    expect(await ask(seeker, "mark_read", { chatId: chat?.id, seq })).toHaveProperty("ok", true);
    expect(await read).toMatchObject({ userId: String(seekerId), seq });
    const [after] = await own();
    expect(Object.entries(after?.read ?? {}).find(([userId]) => userId === String(seekerId))?.[1]).toMatchObject({
      seq,
    });
  });

  test("and chat.events has all of them", async () => {
    const events = (await kafka.read(kafka.topics.events, pairs.length * 3)).map(jsonOf) as {
      type: string;
      data: { chat?: { bookingId: string; ownerId: string } };
    }[];
    const created = events.filter(({ type }) => type === "chat.created").map(({ data }) => data.chat);
    for (const [bookingId, ownerId, seekerId] of pairs) {
      const ids = { bookingId: String(bookingId), ownerId: String(ownerId), seekerId: String(seekerId) };
      expect(created).toContainEqual(expect.objectContaining(ids));
    }
  });
});

test("a whole number in a call keeps all its digits, even one that a double would change", async () => {
  const text = `{"bookingId":9007199254740995,"ownerId":9007199254740993,"seekerId":7}`;
  const headers = { "x-api-key": apiKey, "content-type": "application/json" };
  const response = await fetch(`${node.url}/api/chat/initiate`, { method: "POST", headers, body: text });
  expect(await response.json()).toMatchObject({
    chat: { bookingId: "9007199254740995", ownerId: "9007199254740993", seekerId: "7" },
  });
});

describe("an id that no URL could contain", () => {
  const bad: unknown[] = [".", "..", "...", "", `${long}x`, "a b", "a/b", "ä", -1, 1.5, true, {}, ["a"]];

  test("is refused in events, and the error names the field", async () => {
    for (const ownerId of bad) {
      const value = JSON.stringify({ bookingId: "odd", ownerId, seekerId: "s" });
      await kafka.publish({ topic: kafka.topics.approved, key: "odd", value });
    }
    const letters = await kafka.read(kafka.topics.dlq, bad.length);
    for (const letter of letters) expect(headersOf(letter)["dlq-detail"]).toMatch(/^ownerId: /);
  });

  test.each(bad)("is refused in calls: %j", async (ownerId) => {
    const { status, body } = await callAsService(node, "POST", "/api/chat/initiate", {
      bookingId: "odd",
      ownerId,
      seekerId: "s",
    });
    expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining('"path":"ownerId"')]);
  });

  test.each(bad)("is not a user: %j", async (sub) => {
    const socket = clientOf(node, "", { token: tokenOf(sub) });
    const error = await new Promise<Error>((resolve) => {
      socket.once("connect_error", resolve);
      socket.connect();
    });
    socket.disconnect();
    expect(error).toHaveProperty("data.code", "unauthenticated");
  });
});
