import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { ChatEvent } from "../../src/contract/chat-events.ts";
import { aBooking, anApprovedChat, ask, callAsService, connect, until } from "../support/chat-client.ts";
import { type EventReader, readEvents } from "../support/chat-events.ts";
import { headersOf, jsonOf, openTestKafka, type TestKafka } from "../support/kafka.ts";
import { runConsumers, type TestConsumers } from "../support/run-consumers.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

// CONTRACT "Kafka out", chat.message_unread, on the whole product, with delays of seconds: long enough that a burst, or
// a new chat and its being read, is one on a busy machine as well.
const offlineS = 10;
const onlineS = 20;
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
});
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

test("one notice per burst, for a user that is away, and never for one's own messages", async () => {
  const { chatId, bookingId, ownerId, seekerId } = await aReadChat();
  await say(chatId, ownerId, "one", "two", "three");
  await until(() => toldOf(chatId, seekerId).length > 0, "the notice");
  expect(toldOf(chatId, seekerId)).toEqual([
    { chatId, bookingId, userId: seekerId, unreadCount: 3, message: expect.objectContaining({ content: "three" }) },
  ]);
  await say(chatId, ownerId, "four");
  await sleep((offlineS + 2) * 1_000);
  expect(toldOf(chatId, seekerId)).toHaveLength(1);
  expect(toldOf(chatId, ownerId)).toEqual([]);
});

test("reading cancels a notice, and a later message starts a new burst", async () => {
  const { chatId, ownerId, seekerId } = await aReadChat();
  using socket = await connect(node, seekerId);
  await say(chatId, ownerId, "one");
  await ask(socket, "mark_read", { chatId });
  await sleep((onlineS + 1) * 1_000);
  expect(toldOf(chatId, seekerId)).toEqual([]);
  socket.disconnect();
  await say(chatId, ownerId, "two");
  await until(() => toldOf(chatId, seekerId).length > 0, "the notice");
  expect(toldOf(chatId, seekerId)).toMatchObject([{ unreadCount: 1, message: { content: "two" } }]);
});

test("a connected user gets a longer delay", async () => {
  const { chatId, ownerId, seekerId } = await aReadChat();
  using _socket = await connect(node, seekerId);
  const saidAt = Date.now();
  await say(chatId, ownerId, "one");
  await until(() => toldOf(chatId, seekerId).length > 0, "the notice");
  const notice = reader.of(chatId).find(({ type }) => type === "chat.message_unread");
  expect(Date.parse(notice?.time ?? "") - saidAt).toBeGreaterThanOrEqual(onlineS * 1_000 - 100);
});

test("a shown system message counts for both", async () => {
  const { chatId, ownerId, seekerId } = await anApprovedChat(node);
  await until(() => toldOf(chatId, seekerId).length > 0 && toldOf(chatId, ownerId).length > 0, "the notices");
  expect(toldOf(chatId, ownerId)).toMatchObject([{ unreadCount: 1, message: { type: "system" } }]);
});

test("each of the five events has exactly the fields of the contract", async () => {
  const booking = aBooking();
  const { chatId, bookingId, ownerId, seekerId } = await anApprovedChat(node, booking);
  using owner = await connect(node, ownerId);
  const sending = { chatId, type: "text", content: "hello", clientMessageId: "c-1" };
  expect(await ask(owner, "send_message", sending)).toMatchObject({ ok: true });
  using seeker = await connect(node, seekerId);
  expect(await ask(seeker, "mark_read", { chatId, seq: 2 })).toMatchObject({ ok: true });
  for (const socket of [owner, seeker]) socket.disconnect();
  await callAsService(node, "PUT", `/api/chat/${chatId}/status`, { status: "readonly", reason: "a pause" });
  // As they came: what the schema does not know would be left out of what it parsed.
  const records = () => reader.records.filter(({ key }) => String(key) === chatId);
  const events = () => records().map((record) => jsonOf(record) as ChatEvent);
  const found = (type: string) => events().find((event) => event.type === type);
  const all = ["created", "status_changed", "message_sent", "message_read", "message_unread"].map(
    (one) => `chat.${one}`,
  );
  await until(() => all.every(found), "one of each");

  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  const id = expect.stringMatching(/^[0-9a-f]{24}$/);
  const system = { id, chatId, senderId: null, type: "system", content: expect.any(String), createdAt: time };
  const approved = { ...system, seq: 1, system: { event: "booking_approved", status: "active" } };
  const hello = { id, ...sending, seq: 2, senderId: ownerId, createdAt: time };
  const pause = { event: "chat_status_changed", status: "readonly", reason: "a pause" };
  const paused = { ...system, seq: 3, system: pause };
  const mark = { seq: expect.any(Number), at: time };
  const marks = { read: { [ownerId]: mark, [seekerId]: mark }, delivered: { [ownerId]: mark, [seekerId]: mark } };
  const people = { id: chatId, bookingId, ownerId, seekerId };
  const chat = { ...people, ...marks, createdAt: time, updatedAt: time };
  const began = { ...chat, status: "active", statusReason: null, lastSeq: 1, lastMessage: approved };
  const ended = { ...chat, status: "readonly", statusReason: "a pause", lastSeq: 3, lastMessage: paused };
  const dataOf: Record<string, object> = {
    "chat.created": { chat: began },
    "chat.status_changed": { chat: ended },
    "chat.message_read": { chatId, bookingId, userId: seekerId, seq: 2, at: time },
    "chat.message_unread": { chatId, bookingId, userId: expect.any(String), unreadCount: expect.any(Number) },
  };
  const envelope = { specversion: "1.0", source: "/lyvo-chat", datacontenttype: "application/json", subject: chatId };
  for (const [type, data] of Object.entries(dataOf)) {
    const event = found(type);
    expect(event).toEqual({ ...envelope, id: expect.stringContaining(chatId), type, time, data: expect.anything() });
    if (type !== "chat.message_unread") expect(event?.data).toEqual(data);
  }
  const sent = events().filter(({ type }) => type === "chat.message_sent");
  expect(sent.map(({ data }) => data)).toEqual([
    { chat: { ...people, status: "active" }, message: approved },
    { chat: { ...people, status: "active" }, message: hello },
    { chat: { ...people, status: "readonly" }, message: paused },
  ]);
  const { message, ...unread } = Object(found("chat.message_unread")?.data);
  expect(unread).toEqual(dataOf["chat.message_unread"]);
  expect([approved, hello, paused]).toContainEqual(message);
  for (const record of records()) expect(headersOf(record)).toEqual({ "content-type": "application/cloudevents+json" });
});

test("if a consumer stops before a notice is due, the next one publishes it once", async () => {
  const { chatId, ownerId, seekerId } = await aReadChat();
  await say(chatId, ownerId, "one");
  await consumers.stop(5_000);
  consumers = await runConsumers(kafka, { mongodbUri: node.config.mongodbUri, env });
  await until(() => toldOf(chatId, seekerId).length > 0, "the notice");
  await consumers.stop(5_000);
  consumers = await runConsumers(kafka, { mongodbUri: node.config.mongodbUri, env });
  await sleep((offlineS + 2) * 1_000);
  const all = reader.all().filter((event) => event.subject === chatId && event.type === "chat.message_unread");
  expect(all).toHaveLength(1);
});
