import { expect, test } from "@jest/globals";
import { until } from "../support/chat-client.ts";
import { headersOf, openTestKafka } from "../support/kafka.ts";
import { openTestLog, runConsumers } from "../support/run-consumers.ts";

const anApprovalOf = (bookingId: string, overrides: object = {}) => ({
  bookingId,
  ownerId: "owner-1",
  seekerId: "seeker-1",
  occurredAt: "2026-11-22T10:00:00.000Z",
  ...overrides,
});
const count = (outcome: string, reason = ""): string =>
  `chat_booking_events_total{outcome="${outcome}",reason="${reason}"}`;

test("a record that can never succeed becomes a dead letter, and the records around it are handled", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  await using consumers = await runConsumers(kafka);
  await using log = await openTestLog(consumers.mongodbUri);
  const { approved: topic, dlq } = kafka.topics;
  await kafka.publishEvent(topic, anApprovalOf("before"));
  await kafka.publish({ topic, key: "poison", value: "{ no json", headers: { trace: "t-1", "dlq-reason": "old" } });
  await kafka.publish({ topic, key: "tombstone", value: null });
  await kafka.publishEvent(topic, { bookingId: "shapeless" });
  await kafka.publish({ topic, key: null, value: Buffer.from([0xff, 0xfe]) });
  await kafka.publishEvent(topic, anApprovalOf("after"));
  await until(async () => (await kafka.committedCount(topic)) === 6);

  const letters = await kafka.read(dlq, 4);
  expect(new Set(letters.map((letter) => headersOf(letter)["dlq-reason"]))).toEqual(
    new Set(["not_json", "not_utf8", "tombstone", "wrong_shape"]),
  );
  const poison = letters.find(({ key }) => key?.toString() === "poison");
  expect(poison?.value?.toString()).toBe("{ no json");
  expect(poison && headersOf(poison)).toEqual({
    trace: "t-1",
    "dlq-reason": "not_json",
    "dlq-detail": expect.stringMatching(/^the value is not JSON: /),
    "dlq-topic": topic,
    "dlq-partition": "0",
    "dlq-offset": "1",
    "dlq-timestamp": expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
  });
  expect((await log.chatOf("before"))?.card.status).toBe("active");
  expect((await log.chatOf("after"))?.card.status).toBe("active");
  expect(await consumers.metric(count("rejected", "not_json"))).toBe(1);
});

test("an event with other people for a known booking becomes a dead letter and changes nothing", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  await using consumers = await runConsumers(kafka);
  await using log = await openTestLog(consumers.mongodbUri);
  const { approved: topic, cancelled, dlq } = kafka.topics;
  await kafka.publishEvent(topic, anApprovalOf("known"));
  await until(async () => (await kafka.committedCount(topic)) === 1);
  const before = await log.chatOf("known");
  const later = { occurredAt: "2026-11-22T11:00:00.000Z" };
  await kafka.publishEvent(topic, anApprovalOf("known", { ...later, seekerId: "somebody-else" }));
  await kafka.publishEvent(topic, anApprovalOf("known", { ...later, ownerId: "seeker-1", seekerId: "owner-1" }));
  await kafka.publishEvent(cancelled, { bookingId: "known", ownerId: "somebody-else", ...later });
  const letters = await kafka.read(dlq, 3);
  expect(letters.map((letter) => headersOf(letter)["dlq-reason"])).toEqual(Array(3).fill("booking_conflict"));
  expect(await log.chatOf("known")).toEqual(before);
});

test("an unknown type is counted and skipped", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  await using consumers = await runConsumers(kafka);
  await using log = await openTestLog(consumers.mongodbUri);
  const { approved: topic, dlq } = kafka.topics;
  const value = JSON.stringify({ type: "booking.amended", data: anApprovalOf("amended") });
  await kafka.publish({ topic, key: "amended", value });
  await kafka.publish({ topic, key: "m", value: "not even JSON", headers: { ce_type: "booking.approved" } });
  await until(async () => (await kafka.committedCount(topic)) === 2);
  expect(await log.chatOf("amended")).toBeNull();
  expect(await consumers.metric(count("skipped"))).toBe(1);
  const [only, ...more] = await kafka.read(dlq, 1);
  expect(more).toEqual([]);
  expect(only?.value?.toString()).toBe("not even JSON");
});

test("no record is skipped while the topic of dead letters is missing", async () => {
  await using kafka = await openTestKafka({ partitions: 1, create: false });
  const { approved: topic, cancelled, dlq } = kafka.topics;
  await kafka.createTopic(topic);
  await kafka.createTopic(cancelled);
  await using consumers = await runConsumers(kafka);
  await using log = await openTestLog(consumers.mongodbUri);
  await kafka.publishEvent(topic, anApprovalOf("before"));
  await until(async () => (await kafka.committedCount(topic)) === 1);
  await kafka.publish({ topic, key: "poison", value: "poison" });
  await kafka.publishEvent(topic, anApprovalOf("after"));
  await until(async () => (await consumers.metric("chat_kafka_pauses_total")) >= 2);
  expect(await kafka.committedCount(topic)).toBe(1);
  // Another partition is not held up by the one that waits.
  await kafka.publishEvent(cancelled, { bookingId: "elsewhere" });
  await until(async () => (await log.chatOf("elsewhere"))?.card.status === "closed");
  expect(await kafka.committedCount(topic)).toBe(1);

  await kafka.createTopic(dlq);
  await until(async () => (await kafka.committedCount(topic)) === 3);
  const letters = await kafka.read(dlq, 1);
  expect(letters.map(({ value }) => value?.toString())).toEqual(["poison"]);
  expect((await log.chatOf("after"))?.card.status).toBe("active");
});
