import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Chat } from "../../src/chat/cards/card.ts";
import type { Message } from "../../src/chat/log/entry.ts";
import { anApprovedChat, ask, callAs, callAsService, collect, connect, until } from "../support/chat-client.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

// A status may be changed by a participant, and each change is a shown message: it costs what a message costs, and what
// the participant gives as a reason is never the service's word.
let limited: TestNode;
let free: TestNode;
beforeAll(async () => {
  limited = await startNode({ LIMIT_SENDS_PER_S: "5", LIMIT_SENDS_PER_MIN: "30" });
  free = await startNode({ MONGODB_URI: limited.config.mongodbUri });
});
afterAll(async () => {
  await limited[Symbol.asyncDispose]();
  await free[Symbol.asyncDispose]();
});

const reason = "LYVO SUPPORT: confirm your card at https://evil.example/";
const chatOf = async (node: TestNode, userId: string, chatId: string): Promise<Chat> =>
  (await callAs(node, userId, "GET", `/api/chat/${chatId}`)).body["chat"] as Chat;
const messagesOf = async (node: TestNode, userId: string, chatId: string): Promise<Message[]> =>
  (await callAs(node, userId, "GET", `/api/chat/${chatId}/messages`)).body["messages"] as Message[];

test("five hundred changes of status at once make only as many messages as a user may send at once", async () => {
  const { chatId, ownerId, seekerId } = await anApprovedChat(limited);
  using seeker = await connect(limited, seekerId);
  await ask(seeker, "join_chat", chatId);
  const flip = (n: number) =>
    callAs(limited, ownerId, "PUT", `/api/chat/${chatId}/status`, { status: n % 2 ? "active" : "readonly", reason });
  const answers = await Promise.all(Array.from({ length: 500 }, (_, n) => flip(n)));
  const [taken, refused] = [200, 429].map((status) => answers.filter((answer) => answer.status === status).length);
  expect([...new Set(answers.map(({ status }) => status))].toSorted((a, b) => a - b)).toEqual([200, 429]);
  // A minute's worth at most, and one more where the flips were so slow that a second minute began.
  expect(taken).toBeLessThanOrEqual(60);
  expect(refused).toBe(500 - (taken ?? 0));
  const chat = await chatOf(free, seekerId, chatId);
  expect(chat.lastSeq).toBeLessThanOrEqual(1 + (taken ?? 0));
  expect(chat.unreadCount).toBe(chat.lastSeq);
});

test("a change of status counts in the same user's limit on the socket", async () => {
  const { chatId, ownerId } = await anApprovedChat(limited);
  using owner = await connect(limited, ownerId);
  const change = () => callAs(limited, ownerId, "PUT", `/api/chat/${chatId}/status`, { status: "active" });
  // On a machine so busy that the limit's time ends in between, once more.
  await until(async () => {
    const flips = await Promise.all(Array.from({ length: 40 }, change));
    const answer = await ask(owner, "send_message", { chatId, type: "text", content: "x" });
    return (
      flips.some(({ status }) => status === 429) && (answer["error"] as { code?: string })?.code === "rate_limited"
    );
  });
});

test("a participant's reason is only in `reason`, with `by`, wherever the change is shown", async () => {
  const { chatId, ownerId, seekerId } = await anApprovedChat(free);
  using seeker = await connect(free, seekerId);
  await ask(seeker, "join_chat", chatId);
  const [live, cards] = [collect(seeker, "receive_message"), collect(seeker, "chat_updated")];
  const said = { event: "chat_status_changed", status: "readonly", reason, by: "owner" };
  const { body } = await callAs(free, ownerId, "PUT", `/api/chat/${chatId}/status`, { status: "readonly", reason });
  await until(() => live.length > 0 && cards.some(({ lastSeq }) => lastSeq === 2));
  const [stored] = (await messagesOf(free, seekerId, chatId)).slice(-1);
  const shown = [live[0], stored, (body["chat"] as Chat).lastMessage, cards.at(-1)?.lastMessage];
  for (const message of shown) {
    expect(message).toMatchObject({
      type: "system",
      senderId: null,
      content: "The chat is read-only now.",
      system: said,
    });
  }
  expect((await chatOf(free, seekerId, chatId)).statusReason).toBe(reason);
});

test("the booking service's reason is in the message, without `by`", async () => {
  const { chatId, seekerId } = await anApprovedChat(free);
  await callAsService(free, "PUT", `/api/chat/${chatId}/status`, { status: "closed", reason: "fraud" });
  const [message] = (await messagesOf(free, seekerId, chatId)).slice(-1);
  expect(message?.system).toEqual({ event: "chat_status_changed", status: "closed", reason: "fraud" });
  expect(message?.content).toContain("fraud");
});

test("setting the status that a chat already has makes no entry, whatever the reason", async () => {
  const { chatId, ownerId, seekerId } = await anApprovedChat(free);
  for (const words of [undefined, "one", "another"]) {
    const answer = await callAs(free, ownerId, "PUT", `/api/chat/${chatId}/status`, {
      status: "active",
      reason: words,
    });
    expect(answer.status).toBe(200);
  }
  expect(await chatOf(free, seekerId, chatId)).toMatchObject({ lastSeq: 1, statusReason: null });
});
