import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { aBooking, anApprovedChat, ask, type Client, callAs, connect } from "../support/chat-client.ts";
import { databaseWork, type Work } from "../support/database-work.ts";
import { openTestStore } from "../support/open-test-store.ts";
import { uniqueName } from "../support/services.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

// Nobody can find out which ids exist: not by the answer, and not by the time it takes. Time is the work that is done, so
// the work is compared: the same operations on the same index, with as many keys and documents looked at.
let node: TestNode;
let chat: Awaited<ReturnType<typeof anApprovedChat>>;
let stranger: Client;
const strangerId = "a-stranger";
let never: string;

beforeAll(async () => {
  node = await startNode();
  chat = await anApprovedChat(node);
  never = `${chat.chatId.slice(0, -6)}ffffff`;
  // The stranger has chats as well, and both people of the chat have read it: this node knows it well.
  await anApprovedChat(node, aBooking({ seekerId: strangerId }));
  for (const userId of [chat.ownerId, chat.seekerId]) {
    using socket = await connect(node, userId);
    expect(await ask(socket, "join_chat", chat.chatId)).toMatchObject({ ok: true });
  }
  stranger = await connect(node, strangerId);
});
afterAll(async () => {
  stranger.disconnect();
  await node[Symbol.asyncDispose]();
});

const text = { type: "text", content: "hello" };
const asks: [string, (chatId: string) => Promise<unknown>][] = [
  ["join_chat", (chatId) => ask(stranger, "join_chat", { chatId })],
  ["send_message", (chatId) => ask(stranger, "send_message", { chatId, ...text })],
  ["mark_read", (chatId) => ask(stranger, "mark_read", { chatId })],
  ["mark_delivered", (chatId) => ask(stranger, "mark_delivered", { chatId, seq: 1 })],
  ["typing", (chatId) => ask(stranger, "typing", { chatId, isTyping: true })],
  ["GET a chat", (chatId) => callAs(node, strangerId, "GET", `/api/chat/${chatId}`)],
  ["GET messages", (chatId) => callAs(node, strangerId, "GET", `/api/chat/${chatId}/messages`)],
  ["POST a message", (chatId) => callAs(node, strangerId, "POST", `/api/chat/${chatId}/message`, text)],
  ["PUT read", (chatId) => callAs(node, strangerId, "PUT", `/api/chat/${chatId}/read`, {})],
  ["PUT status", (chatId) => callAs(node, strangerId, "PUT", `/api/chat/${chatId}/status`, { status: "readonly" })],
];

/** What the answer says, without the request's own id. */
const saidOf = (answer: unknown): string => JSON.stringify(answer).replace(/"requestId":"[^"]*"/, "");

describe("another person's chat id and an unknown id", () => {
  test.each(asks)("cost the same and are answered alike: %s", async (_, askFor) => {
    const answers: string[] = [];
    const workFor = async (chatId: string): Promise<Work[]> => {
      const work = await databaseWork(node.config.mongodbUri, async () => {
        for (let count = 0; count < 3; count += 1) answers.push(saidOf(await askFor(chatId)));
      });
      // Presence looks up, some time after somebody came or went, whom to tell.
      return work.filter(({ plan }) => !plan.includes("updatedAt"));
    };
    const [theirs, nobodys] = [await workFor(chat.chatId), await workFor(never)];
    expect(theirs).toEqual(nobodys);
    // The control: something was looked at each time, so nothing was kept of the time before.
    expect(theirs).toHaveLength(3);
    expect(theirs[0]).toMatchObject({ op: "query", collection: "chats", docsExamined: 0, nreturned: 0 });
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain("chat_not_found");
  });
});

test("a participant is answered from memory, on the node that knows the chat", async () => {
  using owner = await connect(node, chat.ownerId);
  await ask(owner, "join_chat", chat.chatId);
  const work = await databaseWork(node.config.mongodbUri, () =>
    ask(owner, "typing", { chatId: chat.chatId, isTyping: true }),
  );
  expect(work).toEqual([]);
});

test("a refusal is not cached: a chat that gets its people on another node is found at once", async () => {
  await using store = await openTestStore({ uri: node.config.mongodbUri });
  const people = { ownerId: "early-owner", seekerId: "early-seeker" };
  const bookingId = uniqueName("booking");
  // Of a booking that was cancelled first there is a card without people.
  const { card } = await store.cards.open(bookingId, null);
  using owner = await connect(node, people.ownerId);
  for (let count = 0; count < 3; count += 1) {
    expect(await ask(owner, "join_chat", card.id)).toMatchObject({ error: { code: "chat_not_found" } });
  }
  await store.cards.open(bookingId, people);
  expect(await ask(owner, "join_chat", card.id)).toMatchObject({ ok: true, chat: { id: card.id } });
});
