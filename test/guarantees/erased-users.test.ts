import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { draftChange } from "../../src/chat/acts/change-message.ts";
import type { Acts } from "../../src/chat/acts/create-acts.ts";
import type { Sent } from "../../src/chat/acts/send-message.ts";
import { ChatError } from "../../src/chat/errors.ts";
import { changeIn } from "../../src/chat/log/changes.ts";
import type { Entry } from "../../src/chat/log/entry.ts";
import { until } from "../support/chat-client.ts";
import { readEvents } from "../support/chat-events.ts";
import { consumersEnv, startConsumersProcess } from "../support/consumers-process.ts";
import { placesOf, whereIs } from "../support/database-text.ts";
import { openTestKafka, type TestKafka } from "../support/kafka.ts";
import { openTestStore, type TestStore, withDatabase } from "../support/open-test-store.ts";
import { chatOn } from "../support/run-relay.ts";
import { uniqueName } from "../support/services.ts";

// CONTRACT, DELETE /api/chat/user/:userId/data.
let kafka: TestKafka;
beforeAll(async () => {
  kafka = await openTestKafka();
});
afterAll(async () => kafka[Symbol.asyncDispose]());

const windows = { editS: 900, deleteS: 900 };
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

type Chat = { chatId: string; ownerId: string; seekerId: string };

const aChat = async (acts: Acts, ownerId: string): Promise<Chat> => {
  const people = { ownerId, seekerId: uniqueName("seeker") };
  const event = { type: "approved", bookingId: uniqueName("booking"), ...people, occurredAt: new Date() } as const;
  const begun = await acts.applyBookingEvent(event);
  if (begun.outcome === "rejected") throw begun.error;
  return { chatId: begun.card.id, ...people };
};

const say = (acts: Acts, chatId: string, userId: string, content: string) =>
  acts.sendMessage({ chatId, userId, message: { type: "text", content } });

/** Some at a time: on a busy machine hundreds at once wait too long for a connection. */
const sayAll = async (acts: Acts, chatId: string, userId: string, texts: string[]): Promise<Sent[]> => {
  const sent: Sent[] = [];
  for (let from = 0; from < texts.length; from += 50) {
    sent.push(...(await Promise.all(texts.slice(from, from + 50).map((text) => say(acts, chatId, userId, text)))));
  }
  return sent;
};

/** Enough that an erasure is killed long before its end. */
const manyTexts = 500;

const allEntries = async ({ log }: TestStore, chatId: string): Promise<Entry[]> => {
  const all: Entry[] = [];
  for (let hasMore = true; hasMore; ) {
    const page = await log.page(chatId, { limit: 200, after: all.at(-1)?.seq ?? 0 });
    all.push(...page.entries);
    ({ hasMore } = page);
  }
  return all;
};

const isDone = (store: TestStore, userId: string) => async (): Promise<boolean> =>
  (await store.userData.erasures.find(userId))?.state === "done";

const erasedSoFar = (uri: string): Promise<number> =>
  withDatabase(uri, (client) => client.db().collection("messages").countDocuments({ "deleted.by": "erasure" }));

test("an erasure goes on after a kill; no text is left but a report's evidence until it is closed; all else stays", async () => {
  await using store = await openTestStore();
  const acts = chatOn(store, { windows });
  const anna = uniqueName("anna");
  const mark = uniqueName("hers");
  const chats = await Promise.all(numbers(3).map(() => aChat(acts, anna)));
  for (const { chatId, seekerId } of chats) {
    const texts = numbers(manyTexts).map((n) => `${mark} ${n}`);
    await sayAll(acts, chatId, anna, texts);
    await say(acts, chatId, seekerId, "theirs 1");
    const { message } = await say(acts, chatId, anna, "typo");
    await acts.editMessage({ chatId, userId: anna, seq: message.seq, content: `${mark} edited` });
    await say(acts, chatId, seekerId, "theirs 2");
    await say(acts, chatId, anna, `${mark} the last one`);
  }
  const [first] = chats;
  if (first === undefined) throw new Error("no chat");
  const { report } = await acts.makeReport({ chatId: first.chatId, userId: first.seekerId, seq: 5, reason: "scam" });
  const before = await placesOf(store.uri);

  await store.userData.erasures.request(anna, new Date());
  const env = consumersEnv(kafka, { MONGODB_URI: store.uri });
  const killed = startConsumersProcess(env);
  await until(async () => (await erasedSoFar(store.uri)) > 40);
  killed.kill("SIGKILL");
  await killed.ended;
  expect(await isDone(store, anna)()).toBe(false);
  using _next = startConsumersProcess(env);
  await until(isDone(store, anna));

  expect(new Set(await whereIs(store.uri, mark))).toEqual(new Set(["reports"]));
  await acts.reports.setStatus(report.id, { status: "closed", note: null, at: new Date() });
  expect(await whereIs(store.uri, mark)).toEqual([]);
  expect(await whereIs(store.uri, "typo")).toEqual([]);

  for (const { chatId, seekerId } of chats) {
    const entries = await allEntries(store, chatId);
    expect(entries.map(({ seq }) => seq)).toEqual(numbers(entries.length));
    const sent = entries.filter(({ type }) => type !== "system");
    expect(sent.filter(({ senderId }) => senderId === seekerId).map(({ content }) => content)).toEqual([
      "theirs 1",
      "theirs 2",
    ]);
    const hers = sent.filter(({ senderId }) => senderId === anna);
    expect(hers).toHaveLength(manyTexts + 2);
    for (const message of hers) expect(message).toMatchObject({ content: "", deleted: { by: "erasure" } });
    // One deletion for each message, though a process was killed in between.
    expect(entries.filter(({ system }) => system?.event === "message_deleted")).toHaveLength(manyTexts + 2);
  }
  const after = new Set(await placesOf(store.uri));
  expect(before.filter((place) => !after.has(place))).toEqual([]);
  expect(await store.userData.erasures.find(anna)).toMatchObject({ state: "done", finishedAt: expect.any(Date) });

  await using reader = await readEvents(kafka, kafka.topics.events);
  const ends = () => reader.records.filter(({ key }) => key?.toString() === anna);
  await until(() => ends().length > 0, "chat.user_erased");
  expect(reader.of(anna)).toMatchObject([{ type: "chat.user_erased", subject: anna, data: { userId: anna } }]);
});

test("the card of a message whose deletion a dead process did not copy is erased before the erasure is done", async () => {
  await using store = await openTestStore();
  const acts = chatOn(store, { windows });
  const mark = uniqueName("hers");
  const { chatId, ownerId } = await aChat(acts, uniqueName("dora"));
  const { message } = await say(acts, chatId, ownerId, mark);
  await until(async () => (await store.cards.find(chatId))?.lastMessage?.content === mark);
  const deletion = { seq: message.seq, senderId: null, event: "message_deleted", by: "erasure", content: "" } as const;
  const appended = await store.log.append(chatId, (head) => ({ append: draftChange(deletion, head) }));
  if (appended.outcome !== "appended") throw new Error(appended.outcome);
  await store.log.applyChanges([appended.entry]);
  expect(await whereIs(store.uri, mark)).toEqual(["chats"]);

  await store.userData.erasures.request(ownerId, new Date());
  while (!(await isDone(store, ownerId)())) {
    const places = await store.userData.erasures.running(1);
    for (const place of places) await acts.userData.eraseStep(place, AbortSignal.timeout(60_000));
  }
  expect(await whereIs(store.uri, mark)).toEqual([]);
});

test("while people write, edit and delete on another node: each message is deleted once, no change follows its deletion", async () => {
  await using store = await openTestStore();
  await using otherNode = await openTestStore({ uri: store.uri });
  const [eraser, acts] = [chatOn(store, { windows }), chatOn(otherNode, { windows })];
  const { chatId, ownerId, seekerId } = await aChat(acts, uniqueName("cara"));
  const texts = numbers(400).map((n) => `hers ${n}`);
  const sent = await sayAll(acts, chatId, ownerId, texts);
  const seqs = sent.map(({ message }) => message.seq);
  await store.userData.erasures.request(ownerId, new Date());
  const unlessErased = async (change: Promise<unknown>): Promise<void> => {
    await change.catch((error: unknown) => {
      if (!(error instanceof ChatError && error.code === "message_deleted")) throw error;
    });
  };
  const whileRunning = async (act: (seq: number) => Promise<unknown>): Promise<void> => {
    for (const seq of seqs.toReversed()) {
      if (await isDone(store, ownerId)()) return;
      await act(seq);
    }
  };
  const actor = { kind: "user", userId: ownerId } as const;
  const erase = async (): Promise<void> => {
    for (let places = await store.userData.erasures.running(1); places.length > 0; ) {
      for (const place of places) await eraser.userData.eraseStep(place, AbortSignal.timeout(60_000));
      places = await store.userData.erasures.running(1);
    }
  };
  await Promise.all([
    erase(),
    whileRunning((seq) => say(acts, chatId, seekerId, `theirs ${seq}`)),
    whileRunning((seq) =>
      unlessErased(acts.editMessage({ chatId, userId: ownerId, seq, content: `hers, edited ${seq}` })),
    ),
    whileRunning((seq) => acts.deleteMessage({ chatId, actor, seq: Math.max(2, seq - 20) })),
  ]);

  const entries = await allEntries(store, chatId);
  expect(entries.map(({ seq }) => seq)).toEqual(numbers(entries.length));
  const changes = entries.flatMap((entry) => changeIn(entry) ?? []);
  for (const seq of seqs) {
    const ofMessage = changes.filter(({ target }) => target === seq).map(({ event }) => event);
    expect(ofMessage.indexOf("message_deleted")).toBe(ofMessage.length - 1);
    expect(entries[seq - 1]).toMatchObject({ senderId: ownerId, content: "", deleted: {} });
  }
  const theirs = entries.filter(({ senderId, type }) => senderId === seekerId && type === "text");
  expect(theirs.map(({ content }) => content.slice(0, 7))).toEqual(theirs.map(() => "theirs "));
  // They did come in between.
  const came = (event: string, senderId: string) =>
    entries.filter((entry) => changeIn(entry)?.event === event && entry.senderId === senderId).length;
  expect(Math.min(theirs.length, came("message_edited", ownerId), came("message_deleted", ownerId))).toBeGreaterThan(0);
  expect(await whereIs(store.uri, "hers")).toEqual([]);
});

test("what the user sends while it runs is erased when it is requested again; a replay of the booking events brings nothing back", async () => {
  await using own = await openTestKafka();
  await using store = await openTestStore();
  const acts = chatOn(store, { windows });
  const [ben, mark] = [uniqueName("ben"), uniqueName("his")];
  const bookings = numbers(6).map(() => ({ bookingId: uniqueName("b"), ownerId: uniqueName("o"), seekerId: ben }));
  for (const booking of bookings) await own.publishEvent(own.topics.approved, booking);
  const env = consumersEnv(own, { MONGODB_URI: store.uri });
  const working = startConsumersProcess(env);
  const chatIds = async () => store.userData.chatsOfUser(ben, null, 100);
  await until(async () => (await chatIds()).length === bookings.length);
  // A card is there before its first entry.
  for (const chatId of await chatIds())
    await until(async () => (await store.log.head(chatId)).state.status === "active");
  const sayEverywhere = async (content: string): Promise<void> => {
    for (const chatId of await chatIds()) await say(acts, chatId, ben, `${mark} ${content}`);
  };
  for (const n of numbers(5)) await sayEverywhere(`before ${n}`);
  const { id } = await store.userData.erasures.request(ben, new Date());
  for (const n of numbers(10)) await sayEverywhere(`while it runs ${n}`);
  expect((await store.userData.erasures.request(ben, new Date())).id).toBe(id);
  await until(isDone(store, ben));
  expect(await whereIs(store.uri, mark)).toEqual([]);
  const erased = (await store.userData.erasures.find(ben))?.erased;
  expect(erased).toBe(15 * bookings.length);
  expect(await working.metric('chat_messages_erased_total{task="erasure"}')).toBe(erased);
  expect(await working.metric("chat_erasures_open")).toBe(0);
  expect(await working.metric("chat_erasures_oldest_seconds")).toBe(0);

  const places = await placesOf(store.uri);
  working.kill("SIGTERM");
  await working.ended;
  using replaying = startConsumersProcess({ ...env, KAFKA_GROUP_ID: `${own.groupId}-again` });
  const known = 'chat_booking_events_total{outcome="known",reason=""}';
  await until(async () => (await replaying.metric(known)) === bookings.length, "the replay of all events");
  expect(await placesOf(store.uri)).toEqual(places);
  expect(await whereIs(store.uri, mark)).toEqual([]);
});
