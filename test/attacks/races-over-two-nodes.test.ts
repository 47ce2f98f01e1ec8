import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Message } from "../../src/chat/log/entry.ts";
import {
  anApprovedChat,
  ask,
  type Client,
  callAs,
  callAsService,
  collect,
  connect,
  next,
  until,
} from "../support/chat-client.ts";
import { uniqueName } from "../support/services.ts";
import { startTwoNodes, type TestNode, type TwoNodes } from "../support/start-node.ts";

// What two nodes do at once comes to what one of them would have made of it, one thing after the other.
let nodes: TwoNodes;
let one: TestNode;
let other: TestNode;
beforeAll(async () => {
  nodes = await startTwoNodes({ LIMIT_CONNECTIONS_PER_USER: "20" });
  ({ one, other } = nodes);
});
afterAll(() => nodes[Symbol.asyncDispose]());

/** The owner on both nodes, the seeker on the second. */
const people = async () => {
  const chat = await anApprovedChat(one);
  const [phone, laptop] = [await connect(one, chat.ownerId), await connect(other, chat.ownerId)];
  const seeker = await connect(other, chat.seekerId);
  for (const socket of [phone, laptop, seeker]) await ask(socket, "join_chat", chat.chatId);
  const end = (): void => [phone, laptop, seeker].forEach((socket) => void socket.disconnect());
  return { ...chat, phone, laptop, seeker, [Symbol.dispose]: end };
};
const logOf = async ({ chatId, seekerId }: { chatId: string; seekerId: string }): Promise<Message[]> =>
  (await callAs(one, seekerId, "GET", `/api/chat/${chatId}/messages?limit=200`)).body["messages"] as Message[];
const text = (chatId: string, content: string, clientMessageId?: string) => ({
  chatId,
  type: "text",
  content,
  ...(clientMessageId !== undefined && { clientMessageId }),
});
const many = <T>(count: number, act: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => act(n)));
const expectNoHole = (log: Message[]): void =>
  expect(log.map(({ seq }) => seq)).toEqual(Array.from({ length: log.length }, (_, at) => at + 1));

test("one clientMessageId on two nodes at once makes one message, and both answers have it", async () => {
  using chat = await people();
  const pairs = await many(20, (n) =>
    Promise.all(
      [chat.phone, chat.laptop].map((socket) => ask(socket, "send_message", text(chat.chatId, `m${n}`, `c${n}`))),
    ),
  );
  for (const [first, second] of pairs) {
    expect(first).toMatchObject({ ok: true });
    expect(second).toEqual(first);
  }
  const log = await logOf(chat);
  expect(log).toHaveLength(21);
  expectNoHole(log);
});

test("one clientMessageId with two contents on two nodes at once: one is stored, the other gets a conflict", async () => {
  using chat = await people();
  const answers = await many(10, (n) =>
    Promise.all([
      ask(chat.phone, "send_message", text(chat.chatId, "this", `c${n}`)),
      ask(chat.laptop, "send_message", text(chat.chatId, "that", `c${n}`)),
    ]),
  );
  for (const pair of answers) {
    expect(pair.filter(({ ok }) => ok)).toHaveLength(1);
    expect(pair.find(({ ok }) => !ok)).toMatchObject({ error: { code: "idempotency_conflict" } });
  }
  expect(await logOf(chat)).toHaveLength(11);
});

test("after a change of status on one node no send on the other node is stored", async () => {
  using chat = await people();
  const flip = (n: number) =>
    callAs(other, chat.ownerId, "PUT", `/api/chat/${chat.chatId}/status`, { status: n % 2 ? "active" : "readonly" });
  const sends = many(60, async (n) => ask(chat.phone, "send_message", text(chat.chatId, `m${n}`)));
  for (let n = 0; n < 9; n += 1) expect((await flip(n)).status).toBe(200);
  const answers = await sends;
  const log = await logOf(chat);
  expectNoHole(log);
  let status: string | undefined;
  for (const { system, senderId } of log) {
    if (senderId !== null) expect(status).toBe("active");
    if (system && "status" in system) status = system.status;
  }
  const landed = new Set(log.map(({ id }) => id));
  for (const answer of answers) {
    if (answer["ok"]) expect(landed).toContain((answer["message"] as Message).id);
    else expect(answer).toMatchObject({ error: { code: "chat_not_active" } });
  }
  expect(log.filter(({ senderId }) => senderId !== null)).toHaveLength(answers.filter(({ ok }) => ok).length);
});

test("read marks that race on two nodes end at the highest one, and no answer is lower than its request", async () => {
  using chat = await people();
  await many(20, (n) => ask(chat.seeker, "send_message", text(chat.chatId, `m${n}`)));
  const answers = await many(40, async (n) => {
    const seq = 1 + ((n * 8) % 21);
    const { read } = await ask(n % 2 ? chat.phone : chat.laptop, "mark_read", { chatId: chat.chatId, seq });
    return { seq, read: read as { seq: number } };
  });
  for (const { seq, read } of answers) expect(read.seq).toBeGreaterThanOrEqual(seq);
  const { body } = await callAs(one, chat.ownerId, "GET", `/api/chat/${chat.chatId}`);
  expect(body["chat"]).toMatchObject({ read: { [chat.ownerId]: { seq: 21 } }, unreadCount: 0 });
});

test("typing that begins on one node while the chat is closed on another ends", async () => {
  using chat = await people();
  const heard = collect(chat.seeker, "user_typing");
  await Promise.all([
    ...Array.from({ length: 10 }, () => ask(chat.phone, "typing", { chatId: chat.chatId, isTyping: true })),
    callAsService(other, "PUT", `/api/chat/${chat.chatId}/status`, { status: "closed" }),
  ]);
  await until(async () => {
    const answer = await ask(chat.phone, "typing", { chatId: chat.chatId, isTyping: true });
    return answer["ok"] === false;
  });
  await until(() => heard.at(-1)?.isTyping !== true);
});

test("devices that join and leave at once receive each message after their last join, once", async () => {
  using chat = await people();
  const flap = (socket: Client) =>
    Promise.all(
      Array.from({ length: 10 }, (_, n) => ask(socket, n % 2 ? "join_chat" : "leave_chat", { chatId: chat.chatId })),
    );
  for (const answers of await Promise.all([flap(chat.phone), flap(chat.laptop), flap(chat.seeker)])) {
    expect(answers.every(({ ok }) => ok)).toBe(true);
  }
  const devices = [chat.phone, chat.laptop, chat.seeker];
  const heard = devices.map((device) => collect(device, "receive_message"));
  const last = devices.map((device) => next(device, "receive_message", ({ content }) => content === "last"));
  await ask(chat.phone, "send_message", text(chat.chatId, "first"));
  await ask(chat.phone, "send_message", text(chat.chatId, "last"));
  await Promise.all(last);
  for (const messages of heard) expect(messages.map(({ content }) => content)).toEqual(["first", "last"]);
});

test("simultaneous connections to two nodes do not exceed a user's limit", async () => {
  const userId = uniqueName("crowd");
  const came = await many(30, (n) => connect(n % 2 ? one : other, userId, { reconnection: false }).catch(() => null));
  const sockets = came.filter((socket) => socket !== null);
  expect(sockets).toHaveLength(20);
  for (const socket of sockets) socket.disconnect();
});
