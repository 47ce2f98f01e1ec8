import { expect, test } from "@jest/globals";
import { createConsumerMetrics } from "../../consumers/consumer-metrics.ts";
import { openUserData } from "../../consumers/user-data/open-user-data.ts";
import type { Acts } from "../../src/chat/acts/create-acts.ts";
import { until } from "../support/chat-client.ts";
import { whereIs } from "../support/database-text.ts";
import { testLogger } from "../support/kafka.ts";
import { openTestStore, type TestStore, withDatabase } from "../support/open-test-store.ts";
import { chatOn } from "../support/run-relay.ts";
import { uniqueName } from "../support/services.ts";

// CONTRACT, RETENTION_CLOSED_DAYS: of a chat closed for so long, text and files go, places stay.
const days = 30;
const dayMs = 86_400_000;

/** A chat with two texts, in which nothing has happened for some days. */
const aChat = async (store: TestStore, acts: Acts, status: "active" | "closed", daysAgo: number) => {
  const people = { ownerId: uniqueName("owner"), seekerId: uniqueName("seeker") };
  const event = { type: "approved", bookingId: uniqueName("booking"), ...people, occurredAt: new Date() } as const;
  const begun = await acts.applyBookingEvent(event);
  if (begun.outcome === "rejected") throw begun.error;
  const chatId = begun.card.id;
  const text = uniqueName("text");
  for (const userId of [people.ownerId, people.seekerId])
    await acts.sendMessage({ chatId, userId, message: { type: "text", content: text } });
  await setStatus(acts, chatId, status);
  await happened(store, chatId, daysAgo);
  return { chatId, text };
};

const setStatus = (acts: Acts, chatId: string, status: "active" | "closed") =>
  acts.changeStatus({ chatId, actor: { kind: "service" }, change: { status } });

const happened = async (store: TestStore, chatId: string, daysAgo: number): Promise<void> => {
  const card = await store.cards.find(chatId);
  await withDatabase(store.uri, (client) =>
    client
      .db()
      .collection("chats")
      .updateOne({ bookingId: card?.bookingId }, { $set: { updatedAt: new Date(Date.now() - daysAgo * dayMs) } }),
  );
};

type Work = AsyncDisposable & { metric: (nameAndLabels: string) => Promise<number> };

const keepFor = (store: TestStore, acts: Pick<Acts, "userData">, retentionClosedDays: number): Work => {
  const { userData: metrics, registry } = createConsumerMetrics();
  const work = openUserData({
    store: store.userData,
    acts: acts.userData,
    retentionClosedDays,
    now: () => new Date(),
    metrics,
    logger: testLogger,
    timing: { askMs: 50 },
  });
  work.start();
  return {
    metric: async (name) => {
      const line = (await registry.metrics()).split("\n").find((one) => one.startsWith(`${name} `));
      return Number(line?.slice(name.length + 1));
    },
    [Symbol.asyncDispose]: async () => void (await work.stop(60_000)),
  };
};

const isGone = (store: TestStore, text: string) => async (): Promise<boolean> =>
  (await whereIs(store.uri, text)).length === 0;

test("chats that were closed long enough ago are emptied, places stay; others keep their texts", async () => {
  await using store = await openTestStore();
  const acts = chatOn(store);
  const old = await Promise.all([31, 45, 400].map((daysAgo) => aChat(store, acts, "closed", daysAgo)));
  const young = await aChat(store, acts, "closed", 29);
  const open = await aChat(store, acts, "active", 400);
  await using work = keepFor(store, acts, days);
  for (const { text } of old) await until(isGone(store, text), "an old chat being emptied");
  for (const { text } of [young, open]) expect(await isGone(store, text)()).toBe(false);
  for (const { chatId } of old) {
    const { entries } = await store.log.page(chatId, { limit: 50 });
    expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
    for (const entry of entries.slice(1, 3)) expect(entry).toMatchObject({ content: "", deleted: { by: "operator" } });
  }
  await until(async () => (await work.metric('chat_messages_erased_total{task="retention"}')) === 2 * old.length);
});

test("a chat that was opened and closed again after it was emptied is emptied again, by a later process", async () => {
  await using store = await openTestStore();
  const acts = chatOn(store);
  const { chatId, text } = await aChat(store, acts, "closed", 100);
  {
    await using _work = keepFor(store, acts, days);
    await until(isGone(store, text));
  }
  await setStatus(acts, chatId, "active");
  const card = await store.cards.find(chatId);
  const later = uniqueName("later");
  const userId = card?.participants?.ownerId ?? "";
  await acts.sendMessage({ chatId, userId, message: { type: "text", content: later } });
  await setStatus(acts, chatId, "closed");
  await happened(store, chatId, 40);
  await using _work = keepFor(store, acts, days);
  await until(isGone(store, later));
});

test("with 0 days nothing is emptied", async () => {
  await using store = await openTestStore();
  const acts = chatOn(store);
  const { chatId, text } = await aChat(store, acts, "closed", 4_000);
  await using _work = keepFor(store, acts, 0);
  // The same process erases, so its other task has run by then.
  await store.userData.erasures.request("somebody", new Date());
  await until(async () => (await store.userData.erasures.find("somebody"))?.state === "done");
  expect(await isGone(store, text)()).toBe(false);
  expect((await store.log.head(chatId)).seq).toBe(4);
});

test("an erasure that fails is counted, repeated and reported with its age until it is done", async () => {
  await using store = await openTestStore();
  const acts = chatOn(store);
  await store.userData.erasures.request("somebody", new Date(Date.now() - 600_000));
  const isAllowed = Promise.withResolvers<void>();
  let failures = 3;
  const eraseStep: typeof acts.userData.eraseStep = async (...step) => {
    if (failures-- > 0) throw new Error("a failure");
    await isAllowed.promise;
    return acts.userData.eraseStep(...step);
  };
  await using work = keepFor(store, { userData: { ...acts.userData, eraseStep } }, 0);
  await until(async () => (await work.metric('chat_erasure_failures_total{task="erasure"}')) === 3);
  expect(await work.metric("chat_erasures_open")).toBe(1);
  expect(await work.metric("chat_erasures_oldest_seconds")).toBeGreaterThanOrEqual(600);
  isAllowed.resolve();
  await until(async () => (await work.metric("chat_erasures_open")) === 0);
  expect(await work.metric("chat_erasures_oldest_seconds")).toBe(0);
  expect(await work.metric('chat_erasure_failures_total{task="retention"}')).toBe(0);
});

test("the reasons that an owner gave in such a chat are gone as well, the service's stay", async () => {
  await using store = await openTestStore();
  const acts = chatOn(store);
  const { chatId } = await aChat(store, acts, "active", 0);
  const [owners, services] = [uniqueName("owners"), uniqueName("services")];
  const userId = (await store.cards.find(chatId))?.participants?.ownerId ?? "";
  await acts.changeStatus({
    chatId,
    actor: { kind: "user", userId },
    change: { status: "readonly", reason: owners },
  });
  await acts.changeStatus({ chatId, actor: { kind: "service" }, change: { status: "closed", reason: services } });
  await happened(store, chatId, 100);
  await using _work = keepFor(store, acts, days);
  await until(isGone(store, owners), "the owner's reason being gone");
  expect((await store.cards.find(chatId))?.statusReason).toBe(services);
  // No entry is needed for a reason that does not apply any more: two messages, two deletions.
  const { entries } = await store.log.page(chatId, { limit: 50 });
  expect(entries).toHaveLength(7);
});
