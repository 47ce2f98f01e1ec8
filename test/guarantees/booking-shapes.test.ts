import { randomBytes } from "node:crypto";
import { expect, test } from "@jest/globals";
import { until } from "../support/chat-client.ts";
import { headersOf, openTestKafka } from "../support/kafka.ts";
import { openTestLog, runConsumers } from "../support/run-consumers.ts";

const anApprovalOf = (bookingId: string, more: object = {}) => ({
  bookingId,
  ownerId: "owner-1",
  seekerId: "seeker-1",
  occurredAt: "2026-11-22T10:00:00.000Z",
  ...more,
});

test("a newer schema with more fields, and each wrapper of an event, make the same chat", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  await using consumers = await runConsumers(kafka);
  await using log = await openTestLog(consumers.mongodbUri);
  const { approved: topic } = kafka.topics;
  const newer = { version: 7, price: { amount: 12.5, currency: "EUR" }, tags: ["new"], type: "booking.approved" };
  await kafka.publishEvent(topic, anApprovalOf("more-fields", newer));
  const wrapped = { type: "booking.approved", data: anApprovalOf("wrapped", newer), traceId: "t" };
  await kafka.publish({ topic, key: "wrapped", value: JSON.stringify(wrapped) });
  const cloudEvent = { specversion: "1.0", id: "1", source: "/b", type: "booking.approved", dataschema: "v7" };
  const value = JSON.stringify({ ...cloudEvent, data: anApprovalOf("cloud-event", newer), extension: 1 });
  await kafka.publish({ topic, key: "cloud-event", value });
  await until(async () => (await kafka.committedCount(topic)) === 3);
  for (const bookingId of ["more-fields", "wrapped", "cloud-event"]) {
    expect((await log.chatOf(bookingId))?.card).toMatchObject({
      status: "active",
      participants: { ownerId: "owner-1", seekerId: "seeker-1" },
    });
  }
});

test("an event with a field of the wrong type becomes a dead letter that names the field", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  await using _consumers = await runConsumers(kafka);
  const { approved: topic, dlq } = kafka.topics;
  const wrong: [string, object][] = [
    ["bookingId", { bookingId: 4.2 }],
    ["ownerId", { ownerId: { id: "owner-1" } }],
    ["seekerId", { seekerId: null }],
    ["occurredAt", { occurredAt: "yesterday" }],
  ];
  for (const [, field] of wrong) {
    await kafka.publish({ topic, key: "k", value: JSON.stringify({ ...anApprovalOf("b"), ...field }) });
  }
  const letters = await kafka.read(dlq, wrong.length);
  const named = letters.map((letter) => headersOf(letter)["dlq-detail"]?.split(":")[0] ?? "");
  expect(named.toSorted()).toEqual(wrong.map(([name]) => name).toSorted());
});

test("a value of two megabytes becomes a dead letter, and the records after it are handled", async () => {
  await using kafka = await openTestKafka({ partitions: 1, create: false });
  const { approved: topic, cancelled, dlq } = kafka.topics;
  const large = { "max.message.bytes": "5000000" };
  await kafka.createTopic(topic, 1, large);
  await kafka.createTopic(cancelled);
  await kafka.createTopic(dlq);
  await using consumers = await runConsumers(kafka);
  await using log = await openTestLog(consumers.mongodbUri);
  // One that shrinks in packing, and one that does not: of that the dead letters keep the beginning.
  await kafka.publish({ topic, key: "k", value: JSON.stringify(anApprovalOf("b", { note: "x".repeat(2_000_000) })) });
  await kafka.publish({ topic, key: "k", value: randomBytes(2_000_000) });
  await kafka.publishEvent(topic, anApprovalOf("behind"));
  await until(async () => (await log.chatOf("behind")) !== null);
  const [packed, cut] = await kafka.read(dlq, 2);
  if (!packed || !cut) throw new Error("two were read");
  expect(packed.value?.length).toBeGreaterThan(2_000_000);
  expect(headersOf(packed)).toMatchObject({ "dlq-reason": "too_large", "dlq-offset": "0" });
  expect(cut.value?.length).toBeLessThan(100_000);
  expect(headersOf(cut)).toMatchObject({ "dlq-reason": "too_large", "dlq-value-bytes": "2000000", "dlq-offset": "1" });
  expect(await log.chatOf("b")).toBeNull();
});

test("a record with a key of a megabyte delays nobody, and the dead letter has the whole key", async () => {
  await using kafka = await openTestKafka({ partitions: 2 });
  await using consumers = await runConsumers(kafka);
  await using log = await openTestLog(consumers.mongodbUri);
  const { approved: topic, dlq } = kafka.topics;
  const key = randomBytes(1_000_000);
  await kafka.publish({ topic, partition: 0, key, value: "not JSON" });
  for (const partition of [0, 1]) {
    await kafka.publish({ topic, partition, key: "k", value: JSON.stringify(anApprovalOf(`behind-${partition}`)) });
  }
  await until(async () => (await kafka.committedCount(topic)) === 3);
  for (const partition of [0, 1]) expect(await log.chatOf(`behind-${partition}`)).not.toBeNull();
  const [letter] = await kafka.read(dlq, 1);
  if (!letter) throw new Error("one was read");
  expect(letter.key?.equals(key)).toBe(true);
  expect(headersOf(letter)).toMatchObject({ "dlq-reason": "not_json" });
});
