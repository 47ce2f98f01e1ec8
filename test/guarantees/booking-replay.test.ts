import { expect, test } from "@jest/globals";
import { mongo } from "mongoose";
import { until } from "../support/chat-client.ts";
import { headersOf, openTestKafka } from "../support/kafka.ts";
import { runConsumers } from "../support/run-consumers.ts";

const people = { ownerId: "owner-1", seekerId: "seeker-1" };
const at = (minute: number): string => new Date(Date.UTC(2026, 10, 22, 10, minute)).toISOString();

// How far the consumers have come, and who holds which lease: that moves on while time does.
const ofTheConsumers = new Set(["relays", "unread_notices", "jobs"]);

/** Everything that stands in a database of chats. */
const contentOf = async (uri: string): Promise<Record<string, unknown[]>> => {
  const client = await mongo.MongoClient.connect(uri);
  try {
    const all = await client.db().collections();
    const collections = all.filter(({ collectionName }) => !ofTheConsumers.has(collectionName));
    const contents = await Promise.all(
      collections.map(async (one) => [one.collectionName, await one.find().sort({ _id: 1 }).toArray()] as const),
    );
    return Object.fromEntries(contents);
  } finally {
    await client.close();
  }
};

test("a replay of both topics from offset 0 leaves the whole database as it was", async () => {
  await using kafka = await openTestKafka();
  const { approved, cancelled, dlq } = kafka.topics;
  let published = 0;
  const publish = async (topic: string, event: { bookingId: string; [field: string]: unknown }): Promise<void> => {
    await kafka.publishEvent(topic, event);
    published += 1;
  };
  for (let index = 0; index < 30; index += 1) {
    const bookingId = `b-${index}`;
    if (index % 5 === 4) await publish(cancelled, { bookingId, occurredAt: at(3) });
    await publish(approved, { bookingId, ...people, occurredAt: at(0), eventId: `e-${index}` });
    if (index % 2 === 0) await publish(cancelled, { bookingId, occurredAt: at(1), reason: "plans changed" });
    if (index % 3 === 0) await publish(approved, { bookingId, ...people, occurredAt: at(2) });
    // Without a time, and what can never succeed.
    if (index % 7 === 0) await publish(approved, { bookingId: `timeless-${index}`, ...people });
    if (index % 10 === 0)
      await publish(approved, { bookingId, ...people, ownerId: "somebody-else", occurredAt: at(4) });
  }
  const first = await runConsumers(kafka);
  const handledBy = (groupId: string) => async (): Promise<boolean> => {
    const counts = await Promise.all([approved, cancelled].map((topic) => kafka.committedCount(topic, groupId)));
    return counts.reduce((sum, count) => sum + count, 0) === published;
  };
  await until(handledBy(kafka.groupId));
  expect(await first.stop(100_000)).toBe(true);
  const before = await contentOf(first.mongodbUri);
  expect(before["chats"]?.length).toBeGreaterThan(30);

  const replay = { ...kafka, groupId: `${kafka.groupId}-replay` };
  await using again = await runConsumers(replay, { mongodbUri: first.mongodbUri });
  const rejected = 'chat_booking_events_total{outcome="rejected",reason="booking_conflict"}';
  // A rebalance on a busy machine hands a record out again; that must change nothing either.
  await until(handledBy(replay.groupId));
  expect(await again.metric('chat_booking_events_total{outcome="applied",reason=""}')).toBe(0);
  expect(await again.metric(rejected)).toBeGreaterThanOrEqual(3);
  expect(await contentOf(first.mongodbUri)).toEqual(before);
  // Who rereads a record after a rebalance writes its letter again.
  const letters = await kafka.read(dlq, 6);
  const places = (): Set<string> =>
    new Set(
      letters.map((letter) => {
        const { "dlq-partition": partition, "dlq-offset": offset } = headersOf(letter);
        return `${partition} ${offset}`;
      }),
    );
  await until(() => places().size >= 3, "the letters of all three conflicts");
  expect(places().size).toBe(3);
});
