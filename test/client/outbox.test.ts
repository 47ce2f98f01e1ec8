import { expect, test } from "@jest/globals";
import { chatError } from "../../client/src/errors.ts";
import type { PendingDraft } from "../../client/src/outbox/draft.ts";
import { keepDrafts } from "../../client/src/outbox/kept-drafts.ts";
import { createOutbox, type Outbox } from "../../client/src/outbox/outbox.ts";
import { isUnsent } from "../../client/src/outbox/queue.ts";
import { createSender, restore, type Sender } from "../../client/src/outbox/sender.ts";
import { chooseStorage } from "../../client/src/outbox/storage.ts";
import type { ClientStorage, Draft } from "../../client/src/types.ts";
import type { Message } from "../../src/contract/message.ts";
import { until } from "../support/chat-client.ts";
import { sharedStorage } from "./clients.ts";

// The service's answers are made up here: the real one gives these errors too rarely.
const refused = (code: string, retryAfterMs?: number): Error =>
  chatError({ code, message: code, ...(retryAfterMs !== undefined && { retryAfterMs }) });

/** `isMute`: the service takes a send and never answers. `follows`: another tab leads until `lead` is called. */
type Told = { answers?: Error[]; isReady?: boolean; isMute?: boolean; follows?: boolean; storage?: ClientStorage };
type Payload = { chatId: string; clientMessageId: string; content: string; type: "text" };

/** The outboxes of a client whose service answers as told, then acknowledges. */
const anOutbox = ({
  answers = [],
  isReady = true,
  isMute = false,
  follows = false,
  storage = sharedStorage(),
}: Told = {}) => {
  const tries: Payload[] = [];
  const sent: string[] = [];
  const state = { isReady, isLeading: false, isRestored: false, resends: 0, failed: 0 };
  const kept = keepDrafts(chooseStorage(storage), "user:", () => void (state.failed += 1));
  const chats = new Map<string, { outbox: Outbox; sender: Sender }>();
  const request = async (_event: string, payload: Payload): Promise<{ message: Message }> => {
    tries.push(payload);
    if (isMute) await new Promise(() => {});
    const answer = answers.shift();
    if (answer) throw answer;
    return { message: { ...payload, id: "1", seq: 1, senderId: "olga", createdAt: "" } };
  };
  const post = (kind: string, value: unknown): void => {
    if (kind === "draft") chat((value as PendingDraft).chatId).outbox.noted(value as PendingDraft, true);
    else chat((value as string[])[0] ?? "").outbox.discarded((value as string[])[1] ?? "");
  };
  const chat = (chatId: string): { outbox: Outbox; sender: Sender } => {
    const known = chats.get(chatId);
    if (known) return known;
    const sender = (): Sender | undefined => chats.get(chatId)?.sender;
    const outbox = createOutbox(chatId, { userId: "olga", kept, post, now: Date.now, sender, onChange: () => {} });
    const parts = {
      kept,
      rest: () => Promise.reject(refused("upload_failed")),
      request: request as never,
      isLeading: () => state.isLeading,
      isReady: () => state.isReady && state.isRestored,
      onSent: (message: Message) => {
        sent.push(message.content);
        outbox.heard(message);
      },
      count: () => void (state.resends += 1),
    };
    const made = { outbox, sender: createSender(outbox, parts) };
    chats.set(chatId, made);
    return made;
  };
  const all = (): PendingDraft[] => [...chats.values()].flatMap((each) => each.outbox.list());
  const chatOf = (key: string): string => all().find(({ clientMessageId }) => clientMessageId === key)?.chatId ?? "";
  const lead = async (): Promise<void> => {
    state.isLeading = true;
    const drafts = await kept.load();
    for (const { chatId } of drafts) chat(chatId);
    for (const [id, each] of chats) {
      const stored = drafts.filter(({ chatId }) => chatId === id);
      restore(each.outbox, stored, (draft) => post("draft", draft));
    }
    state.isRestored = true;
    for (const { sender } of chats.values()) sender.run();
  };
  if (!follows) void lead();
  const outbox = {
    send: (chatId: string, draft: Draft) => chat(chatId).outbox.send(draft),
    retry: (key: string) => chat(chatOf(key)).outbox.retry(key),
    discard: (key: string) => chat(chatOf(key)).outbox.discard(key),
    noted: (draft: PendingDraft) => chat(draft.chatId).outbox.noted(draft, false),
    heard: (message: Message) => chat(message.chatId).outbox.heard(message),
    of: (chatId: string) => chat(chatId).outbox.list(),
    unsent: () => all().filter(isUnsent),
  };
  return { outbox, lead, tries, sent, state, storage };
};

test("an outbox repeats a send under its id until it is acknowledged, and only then sends the chat's next", async () => {
  const { outbox, tries, sent, state } = anOutbox({ answers: [refused("no_answer", 5), refused("unavailable", 5)] });
  outbox.send("chat", { text: "one" });
  outbox.send("chat", { text: "two" });
  await until(() => sent.join() === "one,two");
  expect(tries.map(({ content }) => content)).toEqual(["one", "one", "one", "two"]);
  expect(new Set(tries.map(({ clientMessageId }) => clientMessageId)).size).toBe(2);
  expect(state.resends).toBe(1);
});

test("an outbox waits as long as the service asks, whatever is written meanwhile, and another chat does not wait", async () => {
  const { outbox, tries, sent } = anOutbox({ answers: [refused("rate_limited", 400)] });
  outbox.send("chat", { text: "one" });
  await until(() => tries.length === 1);
  outbox.send("chat", { text: "two" });
  outbox.send("other", { text: "elsewhere" });
  await until(() => sent.length === 1);
  expect(sent).toEqual(["elsewhere"]);
  expect(outbox.of("chat")[0]).toMatchObject({
    state: "queued",
    retryAt: expect.any(Number),
    error: { code: "rate_limited" },
  });
  await until(() => sent.length === 3);
  expect(sent).toEqual(["elsewhere", "one", "two"]);
});

test("an outbox goes on behind what can never be sent, and keeps that for its writer, over a reload as well", async () => {
  const { outbox, sent, storage } = anOutbox({ answers: [refused("chat_not_active")] });
  const late = outbox.send("chat", { text: "too late" });
  outbox.send("chat", { text: "in time" });
  await until(() => sent.join() === "in time");
  await expect(late.done).rejects.toMatchObject({ code: "chat_not_active" });
  const reloaded = anOutbox({ storage });
  await until(() => reloaded.outbox.of("chat").length === 1);
  expect(reloaded.outbox.of("chat")).toMatchObject([{ state: "failed", error: { code: "chat_not_active" } }]);
  reloaded.outbox.retry(late.key);
  await until(() => reloaded.sent.join() === "too late");
  expect(reloaded.tries[0]?.clientMessageId).toBe(late.key);
});

test("a service that fails on one draft for good does not hold the others for ever", async () => {
  const answers = Array.from({ length: 5 }, () => refused("internal", 1));
  const { outbox, sent } = anOutbox({ answers });
  outbox.send("chat", { text: "poison" });
  outbox.send("chat", { text: "next" });
  await until(() => sent.join() === "next");
  expect(outbox.of("chat")).toMatchObject([{ state: "failed", error: { code: "internal" } }]);
});

test("a storage that refuses loses nothing while the page lives, and says so", async () => {
  const refuse = (): Promise<never> => Promise.reject(new Error("the quota is used up"));
  const { outbox, sent, state } = anOutbox({ storage: { get: refuse, set: refuse, delete: refuse, keys: refuse } });
  await outbox.send("chat", { text: "sent all the same" }).done;
  expect(sent).toEqual(["sent all the same"]);
  expect(state.failed).toBeGreaterThan(0);
});

test("a draft that was discarded is not sent, and its promise says so", async () => {
  const { outbox, tries } = anOutbox({ isReady: false });
  const { key, done } = outbox.send("chat", { text: "never mind" });
  outbox.discard(key);
  await expect(done).rejects.toMatchObject({ code: "discarded" });
  expect([outbox.of("chat"), outbox.unsent(), tries]).toEqual([[], [], []]);
});

test("a storage that refuses once, or has a damaged text, keeps all the others", async () => {
  const storage = sharedStorage();
  const before = anOutbox({ storage, isReady: false });
  await until(() => storage.log.length === 0);
  before.outbox.send("chat", { text: "one" });
  storage.refusesNext = true;
  before.outbox.send("chat", { text: "not stored" });
  const discarded = before.outbox.send("chat", { text: "discarded" });
  before.outbox.send("chat", { text: "two" });
  before.outbox.discard(discarded.key);
  storage.texts.set("user:draft:damaged", "{");
  await until(() => [...storage.texts.values()].length === 3);
  const after = anOutbox({ storage });
  await until(() => after.sent.length === 2);
  expect(after.sent).toEqual(["one", "two"]);
});

test("a storage that hangs does not hold up what is written", async () => {
  const hang = (): Promise<never> => new Promise(() => {});
  const { outbox } = anOutbox({ storage: { get: hang, set: hang, delete: hang, keys: hang } });
  expect((await outbox.send("chat", { text: "sent all the same" }).done).content).toBe("sent all the same");
});

test("what is written now comes after what was stored by a clock that was ahead", async () => {
  const storage = sharedStorage();
  const draft = {
    chatId: "chat",
    senderId: "olga",
    clientMessageId: "first",
    type: "text",
    content: "first",
    createdAt: "",
  };
  // By an earlier page: this one does not know the place until it has read it.
  storage.texts.set("user:draft:first", JSON.stringify({ ...draft, order: Date.now() + 3_600_000, state: "queued" }));
  // Also while the storage is being read.
  const keys = async (prefix: string): Promise<string[]> => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return storage.keys(prefix);
  };
  const { outbox, sent } = anOutbox({ storage: { ...storage, keys } });
  await Promise.resolve();
  outbox.send("chat", { text: "second" });
  await until(() => sent.length === 2);
  expect(sent).toEqual(["first", "second"]);
});

test("what another tab wrote keeps its place before a later one that is only stored", async () => {
  const noted = (content: string, order: number): PendingDraft => ({
    chatId: "chat",
    senderId: "olga",
    clientMessageId: content,
    type: "text",
    content,
    createdAt: "",
    order,
    state: "queued",
  });
  const storage = sharedStorage();
  const { outbox, lead, sent } = anOutbox({ storage, follows: true });
  // It followed another tab, which said the first one; of the second it never heard.
  outbox.noted(noted("first", 1_000));
  await storage.set("user:draft:second", JSON.stringify(noted("second", 2_000)));
  await lead();
  await until(() => sent.length === 2);
  expect(sent).toEqual(["first", "second"]);
});

test("an entry that is heard before its ack ends the attempt: the next draft goes on", async () => {
  const { outbox, tries, sent } = anOutbox({ isMute: true });
  const { key } = outbox.send("chat", { text: "heard" });
  await until(() => tries.length === 1);
  outbox.send("chat", { text: "next" });
  const message = {
    id: "1",
    chatId: "chat",
    seq: 1,
    senderId: "olga",
    type: "text" as const,
    content: "heard",
    createdAt: "",
  };
  outbox.heard({ ...message, clientMessageId: key });
  await until(() => tries.length === 2);
  expect(tries[1]?.content).toBe("next");
  expect([outbox.unsent().map(({ content }) => content), sent]).toEqual([["next"], []]);
});
