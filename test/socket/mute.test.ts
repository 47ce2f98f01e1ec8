import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { anApprovedChat, ask, callAs, collect, connect, next } from "../support/chat-client.ts";
import { startTwoNodes, type TestNode, type TwoNodes } from "../support/start-node.ts";

let nodes: TwoNodes;
let one: TestNode;
let other: TestNode;
beforeAll(async () => {
  nodes = await startTwoNodes();
  ({ one, other } = nodes);
});
afterAll(async () => nodes[Symbol.asyncDispose]());

const until = "2999-12-31T23:59:59.000Z";

test("muting is told to every device of the one who mutes, once, and never to the other side", async () => {
  const { chatId, ownerId, seekerId } = await anApprovedChat(one);
  const path = `/api/chat/${chatId}/mute`;
  using phone = await connect(one, ownerId);
  using tablet = await connect(other, ownerId);
  using seeker = await connect(other, seekerId);
  for (const socket of [phone, tablet, seeker]) await ask(socket, "join_chat", chatId);
  const heard = [phone, tablet].map((socket) => collect(socket, "chat_updated"));
  const others = collect(seeker, "chat_updated");
  const anything: unknown[] = [];
  seeker.onAny((event, payload) => void anything.push([event, payload]));

  const told = [phone, tablet].map((socket) => next(socket, "chat_updated", ({ mutedUntil }) => mutedUntil === until));
  expect(await callAs(one, ownerId, "PUT", path, { until })).toMatchObject({ status: 200 });
  await Promise.all(told);
  expect(await callAs(one, ownerId, "PUT", path, { until })).toMatchObject({ status: 200 });

  // What is told later comes behind all that was told of the mute.
  const changed = [phone, tablet, seeker].map((socket) => next(socket, "chat_updated", ({ lastSeq }) => lastSeq === 2));
  await ask(phone, "send_message", { chatId, type: "text", content: "hello" });
  await Promise.all(changed);
  for (const chats of heard) expect(chats.filter(({ lastSeq }) => lastSeq === 1)).toHaveLength(1);
  for (const chats of heard) expect(chats.at(-1)).toMatchObject({ lastSeq: 2, mutedUntil: until });
  expect(others.filter(({ lastSeq }) => lastSeq === 1)).toEqual([]);
  expect(others.at(-1)).toMatchObject({ lastSeq: 2, unreadCount: 2, mutedUntil: null });
  expect(JSON.stringify(anything)).not.toContain(until);
});

test("a client that joins is told until when its user has muted the chat", async () => {
  const { chatId, ownerId, seekerId } = await anApprovedChat(one);
  await callAs(one, seekerId, "PUT", `/api/chat/${chatId}/mute`, { until });
  using seeker = await connect(other, seekerId);
  using owner = await connect(other, ownerId);
  expect(await ask(seeker, "join_chat", chatId)).toMatchObject({ ok: true, chat: { mutedUntil: until } });
  expect(await ask(owner, "join_chat", chatId)).toMatchObject({ ok: true, chat: { mutedUntil: null } });
});
