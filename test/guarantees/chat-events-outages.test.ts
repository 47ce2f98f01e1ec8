import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type OwnService, provideKafka } from "../../local/services/provide-services.ts";
import { keepChatsBusy, untilTold } from "../support/busy-chats.ts";
import { until } from "../support/chat-client.ts";
import { readEvents } from "../support/chat-events.ts";
import { openTestKafka, type TestKafka } from "../support/kafka.ts";
import { openTestStore } from "../support/open-test-store.ts";
import { freezeService, ownMongodb } from "../support/own-services.ts";
import { relayHasBegun, runRelay } from "../support/run-relay.ts";
import { ownServiceOptions, uniqueName } from "../support/services.ts";

let broker: OwnService;
let mongodb: OwnService;
let kafka: TestKafka;
beforeAll(async () => {
  [broker, mongodb] = await Promise.all([provideKafka(ownServiceOptions({ how: "binary" })), ownMongodb()]);
  kafka = await openTestKafka({ brokers: broker.address });
});
afterAll(async () => {
  await kafka[Symbol.asyncDispose]();
  await Promise.all([broker.close(), mongodb.close()]);
});

const open = async () => {
  const topic = uniqueName("chat.events");
  await kafka.createTopic(topic);
  const uri = new URL(mongodb.address);
  uri.pathname = `/${uniqueName("relay")}`;
  const store = await openTestStore({ uri: uri.href });
  return { topic, store, relay: await runRelay({ kafka, topic, mongodbUri: uri.href }) };
};

/** Something goes away while people write, and comes back; nothing is missing then. */
const outlives = async (
  away: () => Promise<() => Promise<void>>,
  check: (relay: Awaited<ReturnType<typeof open>>["relay"]) => Promise<void>,
) => {
  const { topic, store, relay } = await open();
  await relayHasBegun(store.uri, topic);
  const busy = keepChatsBusy({ store, lanes: 2, pauseMs: 50 });
  await until(() => busy.acts() > 20);
  const back = await away();
  try {
    await check(relay);
  } finally {
    await back();
  }
  await busy.stop();
  await using reader = await readEvents(kafka, topic);
  expect(await untilTold(reader, busy, store)).toEqual({});
  await until(async () => (await relay.metric("chat_events_lag_seconds")) === 0);
  await relay[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
};

const killed = (service: OwnService) => async () => {
  await service.stop("SIGKILL");
  return () => service.start();
};

test(
  "with Kafka killed the relay waits, skips nothing, and reports its lag",
  () =>
    outlives(killed(broker), async (relay) => {
      await until(async () => (await relay.metric("chat_events_failures_total")) >= 2, "failed tries");
      expect(await relay.metric("chat_events_lag_seconds")).toBeGreaterThan(0);
      expect(await relay.metric("chat_events_holds_lease")).toBe(1);
    }),
  180_000,
);

test(
  "with Kafka frozen the relay waits and skips nothing",
  () =>
    outlives(
      () => freezeService(broker),
      async (relay) => {
        await until(async () => (await relay.metric("chat_events_lag_seconds")) > 3, "lag");
      },
    ),
  180_000,
);

test(
  "with the database frozen the relay waits and skips nothing",
  () =>
    outlives(
      () => freezeService(mongodb),
      async (relay) => {
        await until(async () => (await relay.metric("chat_events_holds_lease")) === 0, "the lease being lost");
      },
    ),
  180_000,
);

test("a topic that is created later gets everything", async () => {
  const topic = uniqueName("chat.events");
  await using store = await openTestStore({ uri: new URL(`/${uniqueName("relay")}`, mongodb.address).href });
  await using relay = await runRelay({ kafka, topic, mongodbUri: store.uri });
  const busy = keepChatsBusy({ store, lanes: 1 });
  await until(async () => (await relay.metric("chat_events_failures_total")) >= 1, "failed tries");
  await sleep(500);
  await busy.stop();
  busy.marks.clear();
  await kafka.createTopic(topic);
  await using reader = await readEvents(kafka, topic);
  expect(await untilTold(reader, busy, store)).toEqual({});
});
