import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { mongo } from "mongoose";
import { draftAfter, type Message } from "../../src/chat/log/entry.ts";
import { anApprovedChat, ask, callAs, collect, connect, until } from "../support/chat-client.ts";
import { type EventReader, readEvents } from "../support/chat-events.ts";
import { openTestKafka, type TestKafka } from "../support/kafka.ts";
import { openTestStore, type TestStore, withDatabase } from "../support/open-test-store.ts";
import { chatOn, runRelay, type TestRelay } from "../support/run-relay.ts";
import { uniqueName } from "../support/services.ts";
import { startTwoNodes, type TestNode, type TwoNodes } from "../support/start-node.ts";

// A message that was edited or deleted is the same wherever it is shown: live, in the history, in the inbox, on
// chat.events, and for a client that only applies the log.
let nodes: TwoNodes;
let one: TestNode;
let other: TestNode;
let kafka: TestKafka;
let store: TestStore;
let relay: TestRelay;
let reader: EventReader;
beforeAll(async () => {
  kafka = await openTestKafka();
  nodes = await startTwoNodes();
  ({ one, other } = nodes);
  store = await openTestStore({ uri: one.config.mongodbUri });
  const topic = uniqueName("chat.events");
  await kafka.createTopic(topic);
  relay = await runRelay({ kafka, topic, mongodbUri: store.uri });
  reader = await readEvents(kafka, topic);
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await reader[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  await nodes[Symbol.asyncDispose]();
  await kafka[Symbol.asyncDispose]();
});

/** The owner on both nodes, the seeker on the second, and a text of the owner's at seq 2. */
const aChat = async (content = "Helo") => {
  const chat = await anApprovedChat(one);
  const [phone, laptop] = [await connect(one, chat.ownerId), await connect(other, chat.ownerId)];
  const seeker = await connect(other, chat.seekerId);
  for (const socket of [phone, laptop, seeker]) await ask(socket, "join_chat", chat.chatId);
  await ask(phone, "send_message", { chatId: chat.chatId, type: "text", content });
  const end = (): void => [phone, laptop, seeker].forEach((socket) => void socket.disconnect());
  return { ...chat, phone, laptop, seeker, [Symbol.dispose]: end };
};
type TestChat = { chatId: string; seekerId: string };

const logOf = async ({ chatId, seekerId }: TestChat): Promise<Message[]> =>
  (await callAs(other, seekerId, "GET", `/api/chat/${chatId}/messages?limit=200`)).body["messages"] as Message[];
const inboxMessage = async ({ seekerId }: TestChat): Promise<unknown> => {
  const { body } = await callAs(one, seekerId, "GET", `/api/chat/user/${seekerId}`);
  const [chat] = body["chats"] as { lastMessage: Message }[];
  return chat?.lastMessage;
};

/** Waits until the inbox shows this. Cards follow the log at most a moment later, also those of the other node. */
const inboxShows = (chat: TestChat, message: Message | undefined): Promise<void> =>
  until(async () => isDeepStrictEqual(await inboxMessage(chat), message));

const everythingStored = (): Promise<string> =>
  withDatabase(store.uri, async (client) => {
    const collections = await client.db().collections();
    return JSON.stringify(await Promise.all(collections.map((collection) => collection.find().toArray())));
  });

/** What a client makes of the entries that it heard, with the log's rules alone. */
const applied = (heard: Message[]): Map<number, Pick<Message, "content"> & { deleted: boolean }> => {
  const shown = new Map<number, { content: string; deleted: boolean }>();
  const bySeq = [...new Map(heard.map((message) => [message.seq, message])).values()];
  for (const { seq, content, system, deleted } of bySeq.toSorted((a, b) => a.seq - b.seq)) {
    if (system === undefined) shown.set(seq, { content, deleted: deleted !== undefined });
    else if ("target" in system) shown.set(system.target, { content, deleted: system.event === "message_deleted" });
  }
  return shown;
};

test("both people get the silent entry and the message as it is now, on every node", async () => {
  using chat = await aChat();
  const heard = [chat.phone, chat.laptop, chat.seeker].map((socket) => ({
    entries: collect(socket, "receive_message"),
    changed: collect(socket, "message_changed"),
    chats: collect(socket, "chat_updated"),
  }));
  const answer = await ask(chat.laptop, "edit_message", { chatId: chat.chatId, seq: 2, content: "Hello" });
  expect(answer).toMatchObject({ ok: true, message: { seq: 2, content: "Hello", editedAt: expect.any(String) } });
  for (const { entries, changed, chats } of heard) {
    await until(() => changed.length > 0 && entries.some(({ seq }) => seq === 3));
    expect(changed).toEqual([answer["message"]]);
    expect(entries.find(({ seq }) => seq === 3)).toMatchObject({
      content: "Hello",
      system: { event: "message_edited", target: 2, silent: true },
    });
    await until(() => chats.some(({ lastMessage }) => lastMessage?.content === "Hello"));
    expect(chats.at(-1)).toMatchObject({ lastSeq: 3, lastMessage: answer["message"] });
  }
  const deleted = await ask(chat.phone, "delete_message", { chatId: chat.chatId, seq: 2 });
  expect(deleted).toMatchObject({ ok: true, message: { seq: 2, content: "", deleted: { by: "sender" } } });
  for (const { changed } of heard) {
    await until(() => changed.length === 2);
    expect(changed[1]).toEqual(deleted["message"]);
  }
});

test("the errors of a socket are those of REST", async () => {
  using chat = await aChat();
  const { chatId } = chat;
  const codeOf = async (socket: typeof chat.phone, event: string, payload: object) =>
    ((await ask(socket, event, payload))["error"] as { code: string } | undefined)?.code;
  expect(await codeOf(chat.seeker, "edit_message", { chatId, seq: 2, content: "x" })).toBe("forbidden");
  expect(await codeOf(chat.seeker, "delete_message", { chatId, seq: 2 })).toBe("forbidden");
  expect(await codeOf(chat.phone, "edit_message", { chatId, seq: 9, content: "x" })).toBe("message_not_found");
  expect(await codeOf(chat.phone, "edit_message", { chatId, seq: 0, content: "x" })).toBe("validation_failed");
  expect(await codeOf(chat.phone, "edit_message", { chatId, content: "x" })).toBe("validation_failed");
  expect(await codeOf(chat.phone, "delete_message", { chatId, seq: "2" })).toBe("validation_failed");
  expect(await codeOf(chat.phone, "edit_message", { chatId: "0".repeat(24), seq: 2, content: "x" })).toBe(
    "chat_not_found",
  );
  expect(await codeOf(chat.phone, "edit_message", { chatId, seq: 2, content: "" })).toBe("validation_failed");
  expect(await logOf(chat)).toHaveLength(2);
});

test("two devices edit at once: all views end with the edit that is last in the log", async () => {
  using chat = await aChat();
  const { chatId } = chat;
  const heard = collect(chat.seeker, "receive_message");
  await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      ask(n % 2 ? chat.phone : chat.laptop, "edit_message", { chatId, seq: 2, content: `edit ${n}` }),
    ),
  );
  const log = await logOf(chat);
  const last = log.findLast(({ system }) => system?.event === "message_edited");
  expect(log.map(({ seq }) => seq)).toEqual(Array.from({ length: 22 }, (_, n) => n + 1));
  expect(log[1]).toMatchObject({ content: last?.content, editedAt: last?.createdAt });
  await until(() => heard.length >= 20);
  await inboxShows(chat, log[1]);
  expect(applied(heard).get(2)).toEqual({ content: last?.content, deleted: false });
  await until(() => reader.count(chatId, "chat.message_edited") === 20);
  expect(reader.of(chatId).at(-1)).toMatchObject({ type: "chat.message_edited", data: { message: log[1] } });
});

test("an edit and a deletion at once: the message is deleted, and no text of it is left anywhere", async () => {
  for (let round = 0; round < 10; round += 1) {
    using chat = await aChat(`the first text ${round}`);
    const { chatId } = chat;
    const heard = collect(chat.seeker, "receive_message");
    const changed = collect(chat.seeker, "message_changed");
    const answers = await Promise.all([
      ask(chat.phone, "edit_message", { chatId, seq: 2, content: `a secret ${round}` }),
      ask(chat.laptop, "delete_message", { chatId, seq: 2 }),
      ask(chat.laptop, "edit_message", { chatId, seq: 2, content: `another secret ${round}` }),
    ]);
    expect(answers[1]).toMatchObject({ ok: true, message: { content: "", deleted: { by: "sender" } } });
    const log = await logOf(chat);
    const deletion = log.find(({ system }) => system?.event === "message_deleted");
    expect(deletion?.seq).toBe(log.length);
    expect(log.slice(1).map(({ content }) => content)).toEqual(log.slice(1).map(() => ""));
    await until(() => changed.some(({ deleted }) => deleted !== undefined));
    await until(() => heard.some(({ seq }) => seq === deletion?.seq));
    expect(applied(heard).get(2)).toEqual({ content: "", deleted: true });
    await inboxShows(chat, log[1]);
    const stored = await everythingStored();
    expect(stored).not.toContain(`secret ${round}`);
    expect(stored).not.toContain(`first text ${round}`);
  }
});

test("a close in between: an edit lands before it, or is refused", async () => {
  for (let round = 0; round < 10; round += 1) {
    using chat = await aChat();
    const { chatId } = chat;
    const [edit] = await Promise.all([
      ask(chat.phone, "edit_message", { chatId, seq: 2, content: "Hello" }),
      callAs(other, chat.ownerId, "PUT", `/api/chat/${chatId}/status`, { status: "readonly" }),
    ]);
    const log = await logOf(chat);
    const [edited, closed] = ["message_edited", "chat_status_changed"].map(
      (event) => log.find(({ system }) => system?.event === event)?.seq,
    );
    if (edit["ok"]) expect(edited).toBeLessThan(closed ?? 0);
    else expect(edit).toMatchObject({ error: { code: "chat_not_active" } });
    expect(log[1]?.content).toBe(edit["ok"] ? "Hello" : "Helo");
  }
});

test("during a rollout: a message of an old node between a deletion and an edit does not hide the deletion", async () => {
  using chat = await aChat("a secret");
  const { chatId, ownerId } = chat;
  /** An entry as the first version wrote it, which knew no changes. */
  const oldNodeSends = () =>
    withDatabase(store.uri, async (client) => {
      const messages = client.db().collection("messages");
      const head: mongo.Document | null = await messages.findOne(
        { chatId: new mongo.ObjectId(chatId) },
        { sort: { seq: -1 } },
      );
      const { _id, system: _system, changeSeq: _changeSeq, ...old }: mongo.Document = head ?? {};
      const seq = Number(old["seq"]) + 1;
      const text = { seq, type: "text", senderId: chat.seekerId, content: "of an old node", shownSeq: seq };
      await messages.insertOne({ ...old, ...text });
    });
  let isFirst = true;
  const log: typeof store.log = {
    ...store.log,
    append: async (id, decide) => {
      if (isFirst) {
        isFirst = false;
        await ask(chat.laptop, "delete_message", { chatId, seq: 2 });
        await oldNodeSends();
      }
      return store.log.append(id, decide);
    },
  };
  const acts = chatOn({ ...store, log }, { windows: { editS: 900, deleteS: 900 } });
  const edit = acts.editMessage({ chatId, userId: ownerId, seq: 2, content: "an edited secret" });
  await expect(edit).rejects.toMatchObject({ code: "message_deleted" });
  expect((await logOf(chat)).map(({ content }) => content)).not.toContain("an edited secret");
});

describe("a node that dies between the entry and the copy", () => {
  /** Appends the entry alone, as a node does that is killed right after. */
  const appendOnly = (
    { chatId, ownerId }: { chatId: string; ownerId: string },
    event: "message_edited" | "message_deleted",
    content: string,
  ) =>
    store.log.append(chatId, (head) => {
      const system = { event, target: 2, silent: true } as const;
      return { append: draftAfter(head, { type: "system", senderId: ownerId, content, system }) };
    });

  test("the relay makes the copies, and tells", async () => {
    using chat = await aChat();
    await appendOnly(chat, "message_edited", "Hello");
    await until(async () => (await store.log.entryAt(chat.chatId, 2))?.content === "Hello");
    await until(async () => (await store.cards.find(chat.chatId))?.lastMessage?.content === "Hello");
    await appendOnly(chat, "message_deleted", "");
    await until(async () => (await store.log.entryAt(chat.chatId, 2))?.deleted !== undefined);
    await until(async () => (await store.cards.find(chat.chatId))?.lastMessage?.deleted !== undefined);
    expect((await logOf(chat)).slice(1).map(({ content }) => content)).toEqual(["", "", ""]);
    await until(() => reader.count(chat.chatId, "chat.message_deleted") === 1);
  });

  test("a page that is read before that shows it already, and the next change goes on from it", async () => {
    using chat = await aChat();
    await relay.stop(5_000);
    await appendOnly(chat, "message_edited", "Hello");
    expect((await logOf(chat))[1]).toMatchObject({ content: "Hello", editedAt: expect.any(String) });
    const answer = await ask(chat.phone, "edit_message", { chatId: chat.chatId, seq: 2, content: "Hello" });
    expect(answer).toMatchObject({ ok: true, message: { content: "Hello" } });
    expect(await logOf(chat)).toHaveLength(3);
    expect((await store.log.entryAt(chat.chatId, 2))?.content).toBe("Hello");
  });
});

test("a person who is away finds the change when the chat is joined again", async () => {
  using chat = await aChat();
  using away = await connect(one, chat.seekerId);
  const joined = await ask(away, "join_chat", { chatId: chat.chatId });
  away.disconnect();
  await ask(chat.phone, "edit_message", { chatId: chat.chatId, seq: 2, content: "Hello" });
  await ask(chat.phone, "delete_message", { chatId: chat.chatId, seq: 2 });
  const back = new Promise((resolve) => void away.once("connect", () => resolve(undefined)));
  away.connect();
  await back;
  const missed = await ask(away, "join_chat", { chatId: chat.chatId, afterSeq: 2 });
  const entries = [...(joined["messages"] as Message[]), ...(missed["messages"] as Message[])];
  expect(applied(entries).get(2)).toEqual({ content: "", deleted: true });
});
