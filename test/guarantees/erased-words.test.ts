import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Chat } from "../../src/chat/cards/card.ts";
import type { Message } from "../../src/chat/log/entry.ts";
import { anApprovedChat, ask, callAs, callAsService, collect, connect, until } from "../support/chat-client.ts";
import { consumersEnv, startConsumersProcess } from "../support/consumers-process.ts";
import { placesOf, whereIs } from "../support/database-text.ts";
import { openTestKafka, type TestKafka } from "../support/kafka.ts";
import { uniqueName } from "../support/services.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

// docs/operations.md, "Erasure and retention": what an erased user wrote beside messages.
let kafka: TestKafka;
let node: TestNode;
beforeAll(async () => {
  [kafka, node] = await Promise.all([openTestKafka(), startNode()]);
});
afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await kafka[Symbol.asyncDispose]();
});

type Person = { chatId: string; userId: string };

const setStatus = async ({ chatId, userId }: Person, status: string, reason?: string): Promise<void> => {
  const { status: code } = await callAs(node, userId, "PUT", `/api/chat/${chatId}/status`, { status, reason });
  expect(code).toBe(200);
};

const report = async ({ chatId, userId }: Person, note: string): Promise<void> => {
  const { status } = await callAs(node, userId, "POST", `/api/chat/${chatId}/reports`, { reason: "other", note });
  expect(status).toBe(201);
};

const say = async ({ chatId, userId }: Person, content: string): Promise<void> => {
  const { status } = await callAs(node, userId, "POST", `/api/chat/${chatId}/message`, { type: "text", content });
  expect(status).toBe(201);
};

const chatFor = async ({ chatId, userId }: Person): Promise<Chat> =>
  (await callAs(node, userId, "GET", `/api/chat/${chatId}`)).body["chat"] as Chat;
const logFor = async ({ chatId, userId }: Person): Promise<Message[]> =>
  (await callAs(node, userId, "GET", `/api/chat/${chatId}/messages?limit=200`)).body["messages"] as Message[];

const erase = async (userId: string): Promise<void> => {
  await callAsService(node, "DELETE", `/api/chat/user/${userId}/data`);
  const state = async () => {
    const { body } = await callAsService(node, "GET", `/api/chat/user/${userId}/data/erasure`);
    return (body as object as { erasure: { state: string } }).erasure.state;
  };
  await until(async () => (await state()) === "done", "the end of the erasure");
};

test("an erased owner's reasons and notes are gone from every place; status, places and other people's words stay", async () => {
  const [mark, kept] = [uniqueName("hers"), uniqueName("kept")];
  const { chatId, ownerId, seekerId } = await anApprovedChat(node);
  const [owner, seeker] = [
    { chatId, userId: ownerId },
    { chatId, userId: seekerId },
  ];
  await callAsService(node, "PUT", `/api/chat/${chatId}/status`, { status: "readonly", reason: kept });
  await setStatus(owner, "active", `${mark} welcome`);
  await say(seeker, "a text after the first reason");
  await setStatus(owner, "readonly", `${mark} on holiday`);
  await setStatus(owner, "active");
  await setStatus(owner, "readonly", `${mark} still applies`);
  await report(owner, `${mark} a note`);
  await report(seeker, `${kept} a note`);
  // The evidence has the reasons too, and stays until the reports are closed.
  const { body } = await callAsService(node, "GET", "/api/chat/reports?status=open");
  const reports = (body as object as { reports: { id: string; chatId: string }[] }).reports.filter(
    (one) => one.chatId === chatId,
  );
  for (const { id } of reports) await callAsService(node, "PUT", `/api/chat/reports/${id}`, { status: "closed" });
  const before = await placesOf(node.config.mongodbUri);

  const socket = await connect(node, seekerId);
  await ask(socket, "join_chat", chatId);
  const changed = collect(socket, "message_changed");
  const chats = collect(socket, "chat_updated");
  expect((await chatFor(seeker)).statusReason).toBe(`${mark} still applies`);
  using _consumers = startConsumersProcess(consumersEnv(kafka, { MONGODB_URI: node.config.mongodbUri }));
  await erase(ownerId);
  await until(async () => (await whereIs(node.config.mongodbUri, mark)).length === 0, "the words being gone");

  await until(() => changed.length === 3 && chats.at(-1)?.statusReason === null);
  for (const message of changed) {
    expect(message.system).toMatchObject({ event: "chat_status_changed", by: "owner" });
    expect(message.system).not.toHaveProperty("reason");
  }
  const chat = await chatFor(seeker);
  expect(chat).toMatchObject({ status: "readonly", statusReason: null, lastMessage: { seq: 7 } });
  const log = await logFor(seeker);
  expect(log.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(log[7]).toMatchObject({ senderId: null, system: { event: "chat_status_changed", silent: true } });
  expect(log[7]?.system).toMatchObject({ status: "readonly" });
  expect(log.slice(0, 7).map(({ system }) => system && "reason" in system && system.reason)).toEqual([
    false,
    kept,
    false,
    undefined,
    false,
    false,
    false,
  ]);
  const after = new Set(await placesOf(node.config.mongodbUri));
  expect(before.filter((place) => !after.has(place))).toEqual([]);
  expect((await whereIs(node.config.mongodbUri, kept)).toSorted()).toEqual(["messages", "reports"]);

  // A node that knew the chat with its reason does not write the reason again.
  await setStatus(owner, "active");
  await say(seeker, "a text after the erasure");
  expect(await whereIs(node.config.mongodbUri, mark)).toEqual([]);
  socket.disconnect();
});

test("a person who writes while the reason is being erased brings it back nowhere", async () => {
  const mark = uniqueName("hers");
  const { chatId, ownerId, seekerId } = await anApprovedChat(node);
  const [owner, seeker] = [
    { chatId, userId: ownerId },
    { chatId, userId: seekerId },
  ];
  await setStatus(owner, "readonly");
  await setStatus(owner, "active", `${mark} welcome`);
  const done = new AbortController();
  const talk = async (): Promise<void> => {
    for (let n = 0; n < 2_000 && !done.signal.aborted; n += 1) await say(seeker, `text ${n}`);
  };
  const talking = talk();
  using _consumers = startConsumersProcess(consumersEnv(kafka, { MONGODB_URI: node.config.mongodbUri }));
  await erase(ownerId);
  done.abort();
  await talking;
  await say(seeker, "the last one");
  await until(async () => (await whereIs(node.config.mongodbUri, mark)).length === 0, "the words being gone");
  const log = await logFor(seeker);
  expect(log.filter(({ system }) => system !== undefined && "silent" in system)).toHaveLength(1);
});
