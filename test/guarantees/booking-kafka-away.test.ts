import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import type { OwnService } from "../../local/services/provide-services.ts";
import { until } from "../support/chat-client.ts";
import { readEvents, sentSeqs } from "../support/chat-events.ts";
import { openTestKafka, type TestKafka } from "../support/kafka.ts";
import { freezeService, ownKafka } from "../support/own-services.ts";
import { openTestLog, runConsumers, type TestConsumers, type TestLog } from "../support/run-consumers.ts";

const aMinuteMs = 60_000;
const anApprovalOf = (bookingId: string) => ({ bookingId, ownerId: "owner-1", seekerId: "seeker-1" });

type Stack = { kafka: TestKafka; consumers: TestConsumers; log: TestLog };

/** Publishes until Kafka takes it and waits for the chat. */
const arrives = async ({ kafka, log }: Stack, bookingId: string): Promise<void> => {
  await until(async () => {
    await kafka.publishEvent(kafka.topics.approved, anApprovalOf(bookingId)).catch(() => undefined);
    return (await log.chatOf(bookingId)) !== null;
  }, `the chat of "${bookingId}"`);
};

const kafkaIs = (consumers: TestConsumers, state: string): Promise<void> =>
  until(async () => (await consumers.ops("readyz")).body.checks["kafka_read"] === state, `Kafka being ${state}`);

test.concurrent("consumers wait for a Kafka that is away at the start", async () => {
  await using broker = await ownKafka();
  await using kafka = await openTestKafka({ brokers: broker.address });
  await broker.stop("SIGKILL");
  await using consumers = await runConsumers(kafka);
  await using log = await openTestLog(consumers.mongodbUri);
  // It is not ready before it has once reached Kafka both ways: with wrong settings it never does.
  expect(await consumers.ops("readyz")).toMatchObject({
    status: 503,
    body: { checks: { mongodb: "up", kafka_read: "down", kafka_write: "down", group: "down" } },
  });
  await broker.start();
  await arrives({ kafka, consumers, log }, "away-at-the-start");
  await until(async () => (await consumers.ops("readyz")).status === 200, "the consumers being ready");
});

const ways = {
  killed: async (broker: OwnService) => {
    await broker.stop("SIGKILL");
    return () => broker.start();
  },
  frozen: freezeService,
};

/** Of a batch that Kafka had said it has, some is handled and some is not when it goes away. */
const outlives = async (away: (typeof ways)["killed"]): Promise<void> => {
  await using broker = await ownKafka();
  await using kafka = await openTestKafka({ brokers: broker.address });
  await using consumers = await runConsumers(kafka);
  await using log = await openTestLog(consumers.mongodbUri);
  const stack = { kafka, consumers, log };
  const { approved: topic, events } = kafka.topics;
  await arrives(stack, "before");
  await until(async () => (await consumers.ops("readyz")).status === 200, "the consumers being ready");
  const bookings = Array.from({ length: 300 }, (_, index) => `b-${index}`);
  await kafka.publishMany(
    topic,
    bookings.map((bookingId) => ({ key: bookingId, value: JSON.stringify(anApprovalOf(bookingId)) })),
  );
  await until(async () => (await log.chatOf("b-9")) !== null, "the first ones");

  const back = await away(broker);
  await kafkaIs(consumers, "down");
  for (const end = performance.now() + aMinuteMs; performance.now() < end; await sleep(1_000)) {
    expect((await consumers.ops("livez")).status).toBe(200);
    // An outage does not take out who had once reached it: no other process could do more.
    expect((await consumers.ops("readyz")).status).toBe(200);
  }
  await back();

  await arrives(stack, "after");
  const written = Object.values(await kafka.written(topic)).reduce((sum, offset) => sum + offset, 0);
  await until(async () => (await kafka.committedCount(topic)) === written, "everything being confirmed");
  await using reader = await readEvents(kafka, events);
  for (const bookingId of ["before", ...bookings]) {
    const chat = await log.chatOf(bookingId);
    if (chat === null) throw new Error(`${bookingId} has no chat`);
    const shown = chat.entries.filter(({ system }) => system?.silent !== true);
    expect(shown).toHaveLength(1);
    // And out: what happened while Kafka was away is on the topic as well.
    await until(() => sentSeqs(reader.of(chat.card.id)).length > 0, `the events of ${bookingId}`);
  }
  expect((await consumers.ops("livez")).status).toBe(200);
  await kafkaIs(consumers, "up");
};

// Side by side, since each waits for a minute.
test.concurrent("a Kafka that is killed for a minute loses nothing, in and out, and everything continues by itself", () =>
  outlives(ways.killed));
test.concurrent("a Kafka that is frozen for a minute loses nothing, in and out, and everything continues by itself", () =>
  outlives(ways.frozen));
