import { expect, test } from "@jest/globals";
import { until } from "../support/chat-client.ts";
import { openTestKafka } from "../support/kafka.ts";
import { runConsumers } from "../support/run-consumers.ts";

const anApprovalOf = (bookingId: string) => ({ bookingId, ownerId: "owner-1", seekerId: "seeker-1" });

test("lag, age and pauses are told while a partition waits, and end with the wait", async () => {
  await using kafka = await openTestKafka({ partitions: 2, create: false });
  const { approved: topic, cancelled, dlq } = kafka.topics;
  await kafka.createTopic(topic);
  await kafka.createTopic(cancelled);
  // With no topic for dead letters, what must go there waits.
  await using consumers = await runConsumers(kafka, { timing: { lagEveryMs: 200 } });
  const labels = `topic="${topic}",partition="0"`;
  const lag = () => consumers.metric(`chat_kafka_lag_records{${labels}}`);
  const ageS = () => consumers.metric(`chat_kafka_oldest_waiting_seconds{${labels}}`);
  const waiting = () => consumers.metric("chat_kafka_partitions_waiting");

  await kafka.publish({ topic, partition: 0, key: "k", value: "no json", writtenAt: new Date(Date.now() - 600_000) });
  await until(async () => (await waiting()) === 1);
  expect(await ageS()).toBeGreaterThanOrEqual(600);
  expect(await consumers.metric("chat_kafka_pauses_total")).toBeGreaterThan(0);
  // What comes behind it is counted, though it is not fetched.
  for (const one of ["b", "c"]) await kafka.publish({ topic, partition: 0, key: one, value: "{}" });
  await until(async () => (await lag()) === 3);
  expect(await consumers.metric(`chat_kafka_lag_records{topic="${topic}",partition="1"}`)).toBe(0);

  await kafka.createTopic(dlq);
  await until(async () => (await lag()) === 0);
  await until(async () => (await ageS()) === 0 && (await waiting()) === 0);
  expect(await consumers.metric('chat_booking_events_total{outcome="rejected",reason="not_json"}')).toBe(1);
});

test("what became of events, how long each took, and rebalances are counted", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  await using consumers = await runConsumers(kafka);
  const { approved: topic } = kafka.topics;
  for (let times = 0; times < 3; times += 1) {
    await kafka.publishEvent(topic, { ...anApprovalOf("b"), occurredAt: "2026-11-22T10:00:00Z" });
  }
  await until(async () => (await kafka.committedCount(topic)) === 3);
  const outcome = (name: string) => consumers.metric(`chat_booking_events_total{outcome="${name}",reason=""}`);
  expect([await outcome("applied"), await outcome("known")]).toEqual([1, 2]);
  expect(await consumers.metric("chat_booking_event_duration_seconds_count")).toBe(3);
  expect(await consumers.metric("chat_booking_event_age_seconds_count")).toBe(3);
  expect(await consumers.metric("chat_kafka_rebalances_total")).toBe(1);
  expect(await consumers.metric("chat_kafka_pauses_total")).toBe(0);
});
