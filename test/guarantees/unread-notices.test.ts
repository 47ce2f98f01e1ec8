import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { anApprovedChat, ask, connect, until } from "../support/chat-client.ts";
import { type EventReader, readEvents } from "../support/chat-events.ts";
import { openTestKafka, type TestKafka } from "../support/kafka.ts";
import { runConsumers, type TestConsumers } from "../support/run-consumers.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

// CONTRACT "Kafka out", chat.message_unread, on the whole product, with delays of seconds.
const offlineS = 1;
const onlineS = 4;
const env = {
  UNREAD_NOTICE_OFFLINE_S: String(offlineS),
  UNREAD_NOTICE_ONLINE_S: String(onlineS),
};

let kafka: TestKafka;
let node: TestNode;
let consumers: TestConsumers;
let reader: EventReader;
beforeAll(async () => {
  kafka = await openTestKafka();
  node = await startNode();
  consumers = await runConsumers(kafka, { mongodbUri: node.config.mongodbUri, env });
  reader = await readEvents(kafka, kafka.topics.events);
}, 60_000);
afterAll(async () => {
  await consumers[Symbol.asyncDispose]();
  await reader[Symbol.asyncDispose]();
  await node[Symbol.asyncDispose]();
  await kafka[Symbol.asyncDispose]();
});

/** What was told of a person's unread entries in a chat. */
const toldOf = (chatId: string, userId: string) =>
  reader
    .of(chatId)
    .flatMap((event) => (event.type === "chat.message_unread" && event.data.userId === userId ? [event.data] : []));

/** A chat whose beginning both have read. */
const aReadChat = async () => {
  const chat = await anApprovedChat(node);
  for (const userId of [chat.ownerId, chat.seekerId]) {
    using socket = await connect(node, userId);
    await ask(socket, "mark_read", { chatId: chat.chatId });
  }
  return chat;
};

const say = async (chatId: string, userId: string, ...contents: string[]): Promise<void> => {
  using socket = await connect(node, userId);
  for (const content of contents) await ask(socket, "send_message", { chatId, type: "text", content });
};

test("one notice of a burst, to who is away, and never of one's own", async () => {
  const { chatId, bookingId, ownerId, seekerId } = await aReadChat();
  await say(chatId, ownerId, "one", "two", "three");
  await until(() => toldOf(chatId, seekerId).length > 0, 20_000, "the notice");
  expect(toldOf(chatId, seekerId)).toEqual([
    { chatId, bookingId, userId: seekerId, unreadCount: 3, message: expect.objectContaining({ content: "three" }) },
  ]);
  await say(chatId, ownerId, "four");
  await sleep(2_500);
  expect(toldOf(chatId, seekerId)).toHaveLength(1);
  expect(toldOf(chatId, ownerId)).toEqual([]);
}, 40_000);

test("reading cancels it, and what comes after that is a burst of its own", async () => {
  const { chatId, ownerId, seekerId } = await aReadChat();
  using socket = await connect(node, seekerId);
  await say(chatId, ownerId, "one");
  await ask(socket, "mark_read", { chatId });
  await sleep((onlineS + 1) * 1_000);
  expect(toldOf(chatId, seekerId)).toEqual([]);
  socket.disconnect();
  await say(chatId, ownerId, "two");
  await until(() => toldOf(chatId, seekerId).length > 0, 20_000, "the notice");
  expect(toldOf(chatId, seekerId)).toMatchObject([{ unreadCount: 1, message: { content: "two" } }]);
}, 40_000);

test("who is connected is given longer", async () => {
  const { chatId, ownerId, seekerId } = await aReadChat();
  using _socket = await connect(node, seekerId);
  const saidAt = Date.now();
  await say(chatId, ownerId, "one");
  await until(() => toldOf(chatId, seekerId).length > 0, 20_000, "the notice");
  const notice = reader.of(chatId).find(({ type }) => type === "chat.message_unread");
  expect(Date.parse(notice?.time ?? "") - saidAt).toBeGreaterThanOrEqual(onlineS * 1_000 - 100);
}, 40_000);

test("a shown system message counts for both", async () => {
  const { chatId, ownerId, seekerId } = await anApprovedChat(node);
  await until(() => toldOf(chatId, seekerId).length > 0 && toldOf(chatId, ownerId).length > 0, 20_000, "the notices");
  expect(toldOf(chatId, ownerId)).toMatchObject([{ unreadCount: 1, message: { type: "system" } }]);
}, 40_000);

test("a consumer that stops before it is due leaves it to the next one, which tells once", async () => {
  const { chatId, ownerId, seekerId } = await aReadChat();
  await say(chatId, ownerId, "one");
  await consumers.stop(5_000);
  consumers = await runConsumers(kafka, { mongodbUri: node.config.mongodbUri, env });
  await until(() => toldOf(chatId, seekerId).length > 0, 30_000, "the notice");
  await consumers.stop(5_000);
  consumers = await runConsumers(kafka, { mongodbUri: node.config.mongodbUri, env });
  await sleep(2_500);
  const all = reader.all().filter((event) => event.subject === chatId && event.type === "chat.message_unread");
  expect(all).toHaveLength(1);
}, 60_000);
