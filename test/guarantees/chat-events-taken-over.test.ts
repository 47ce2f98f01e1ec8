import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type BusyChats, keepChatsBusy, untilTold } from "../support/busy-chats.ts";
import { until } from "../support/chat-client.ts";
import { readEvents } from "../support/chat-events.ts";
import { freeze, thaw } from "../support/freeze.ts";
import { openTestKafka, type TestKafka } from "../support/kafka.ts";
import { openTestStore, type TestStore, withDatabase } from "../support/open-test-store.ts";
import { startRelayProcess } from "../support/relay-process.ts";
import { relayHasBegun, runRelay } from "../support/run-relay.ts";
import { uniqueName } from "../support/services.ts";

let kafka: TestKafka;
let store: TestStore;
let topic: string;
beforeAll(async () => {
  kafka = await openTestKafka();
});
afterAll(async () => kafka[Symbol.asyncDispose]());
beforeEach(async () => {
  store = await openTestStore();
  topic = uniqueName("chat.events");
  await kafka.createTopic(topic);
});
afterEach(async () => store[Symbol.asyncDispose]());

const someActs = async (busy: BusyChats, more = 15): Promise<void> => {
  const before = busy.acts();
  await until(() => busy.acts() >= before + more, "people writing");
};

describe("only one of two relays works", () => {
  test("and the other one takes over when it stops", async () => {
    await using one = await runRelay({ kafka, topic, mongodbUri: store.uri, timing: { leaseMs: 60_000 } });
    await relayHasBegun(store.uri, topic);
    await using other = await runRelay({ kafka, topic, mongodbUri: store.uri });
    const busy = keepChatsBusy({ store, lanes: 2 });
    await someActs(busy);
    expect(await one.metric("chat_events_holds_lease")).toBe(1);
    expect(await other.metric("chat_events_holds_lease")).toBe(0);
    expect(await one.stop(100_000)).toBe(true);
    // Given back: nobody waits for the minute that it held for.
    await until(async () => (await other.metric("chat_events_holds_lease")) === 1, "the lease being taken");
    await busy.stop();
    await using reader = await readEvents(kafka, topic);
    expect(await untilTold(reader, busy, store)).toEqual({});
  });

  test("also if it freezes, and later continues beside its successor", async () => {
    const frozen = startRelayProcess(topic, kafka.address.brokers, store.uri);
    try {
      await frozen.holds;
      await relayHasBegun(store.uri, topic);
      const busy = keepChatsBusy({ store, lanes: 2 });
      await someActs(busy);
      await freeze(frozen.pid);
      await using other = await runRelay({ kafka, topic, mongodbUri: store.uri });
      await until(async () => (await other.metric("chat_events_holds_lease")) === 1, "the lease being taken");
      await someActs(busy);
      await thaw(frozen.pid);
      await someActs(busy);
      expect(await other.metric("chat_events_holds_lease")).toBe(1);
      await busy.stop();
      await using reader = await readEvents(kafka, topic);
      expect(await untilTold(reader, busy, store)).toEqual({});
    } finally {
      await frozen.kill();
    }
  });
});

type StoredRelay = { _id: string; position: { token?: { _data: string } } };
const changeToken = (change: (data: string) => string): Promise<void> =>
  withDatabase(store.uri, async (client) => {
    const relays = client.db().collection<StoredRelay>("relays");
    const data = (await relays.findOne({ _id: topic }))?.position.token?._data ?? "";
    await relays.updateOne({ _id: topic }, { $set: { "position.token": { _data: change(data) } } });
  });

describe("if the database's history is gone, the relay catches up from the log", () => {
  test.each([
    ["the position is older than the history", (data: string) => `824B000000${data.slice(10)}`],
    ["the place cannot be one", () => "82nothing"],
  ])("%s", async (_why, change) => {
    const first = await runRelay({ kafka, topic, mongodbUri: store.uri });
    await relayHasBegun(store.uri, topic);
    const busy = keepChatsBusy({ store, lanes: 2 });
    await someActs(busy);
    await first[Symbol.asyncDispose]();
    await someActs(busy, 40);
    await busy.stop();
    await changeToken(change);
    await using second = await runRelay({ kafka, topic, mongodbUri: store.uri });
    await using reader = await readEvents(kafka, topic);
    await until(
      async () => (await second.metric('chat_events_catch_ups_total{reason="history_gone"}')) === 1,
      "it saying so",
    );
    // Of the marks that moved meanwhile the newest of each person is told: it says all that those before it said.
    for (const marks of busy.marks.values()) marks.clear();
    expect(await untilTold(reader, busy, store)).toEqual({});
  });
});

test("chats from before the first start are published from their beginning", async () => {
  const busy = keepChatsBusy({ store, lanes: 2, pauseMs: 0 });
  await someActs(busy, 150);
  await busy.stop();
  await using relay = await runRelay({ kafka, topic, mongodbUri: store.uri });
  await using reader = await readEvents(kafka, topic);
  for (const marks of busy.marks.values()) marks.clear();
  expect(await untilTold(reader, busy, store)).toEqual({});
  expect(await relay.metric('chat_events_catch_ups_total{reason="first_start"}')).toBe(1);
});
