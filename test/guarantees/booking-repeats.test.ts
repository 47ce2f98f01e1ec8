import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { until } from "../support/chat-client.ts";
import { openTestKafka, type TestKafka } from "../support/kafka.ts";
import { openTestLog, runConsumers, type TestConsumers, type TestLog } from "../support/run-consumers.ts";

const people = { ownerId: "owner-1", seekerId: "seeker-1" };

let kafka: TestKafka;
let consumers: TestConsumers;
let log: TestLog;
beforeAll(async () => {
  kafka = await openTestKafka();
  consumers = await runConsumers(kafka);
  log = await openTestLog(consumers.mongodbUri);
});
afterAll(async () => {
  await consumers[Symbol.asyncDispose]();
  await log[Symbol.asyncDispose]();
  await kafka[Symbol.asyncDispose]();
});

const handled = (count: number): Promise<void> =>
  until(async () => {
    const { approved, cancelled } = kafka.topics;
    return (await kafka.committedCount(approved)) + (await kafka.committedCount(cancelled)) === count;
  });

test("the same record, any number of times, makes one chat with one system message", async () => {
  const { approved, cancelled } = kafka.topics;
  const event = { bookingId: "repeated", ...people, occurredAt: "2026-11-22T10:00:00Z", eventId: randomUUID() };
  for (let times = 0; times < 5; times += 1) await kafka.publishEvent(approved, event);
  // A repeat that the service published anew, with no id, and with the time in another zone.
  const { eventId: _, ...bare } = event;
  for (let times = 0; times < 3; times += 1) {
    await kafka.publishEvent(approved, { ...bare, occurredAt: "2026-11-22T12:00:00+02:00" });
  }
  // Two topics have no order between them: an approval that comes after its cancellation says nothing more.
  await handled(8);
  const cancellation = { bookingId: "repeated", occurredAt: "2026-11-22T11:00:00Z" };
  for (let times = 0; times < 3; times += 1) await kafka.publishEvent(cancelled, cancellation);
  await handled(11);
  const chat = await log.chatOf("repeated");
  expect(chat?.entries.map(({ system }) => system?.event)).toEqual(["booking_approved", "booking_cancelled"]);
  expect(chat?.card).toMatchObject({ status: "closed", participants: people, lastSeq: 2 });
});

test("a replay of everything from the beginning changes nothing", async () => {
  const before = await log.chatOf("repeated");
  expect(await consumers.stop(100_000)).toBe(true);
  const replay = { ...kafka, groupId: `${kafka.groupId}-replay` };
  await using again = await runConsumers(replay, { mongodbUri: consumers.mongodbUri });
  await until(async () => (await again.metric('chat_booking_events_total{outcome="known",reason=""}')) === 11);
  expect(await log.chatOf("repeated")).toEqual(before);
});
