import { expect, test } from "@jest/globals";
import { until } from "../support/chat-client.ts";
import { openTestKafka, type TestKafka } from "../support/kafka.ts";
import { openTestLog, runConsumers } from "../support/run-consumers.ts";
import { runSource } from "../support/run-source.ts";
import { uniqueName } from "../support/services.ts";
import { databaseUri } from "../support/start-node.ts";

const people = { ownerId: "owner-1", seekerId: "seeker-1" };

/** An approval and a cancellation of each booking, every few milliseconds, until told to stop. */
const keepPublishing = (kafka: TestKafka) => {
  const bookings: string[] = [];
  const over = new AbortController();
  const publish = async (): Promise<void> => {
    for (let index = 0; !over.signal.aborted; index += 1) {
      const bookingId = `b-${index}`;
      await kafka.publishEvent(kafka.topics.approved, { bookingId, ...people, occurredAt: "2026-11-22T10:00:00Z" });
      await kafka.publishEvent(kafka.topics.cancelled, { bookingId, occurredAt: "2026-11-22T11:00:00Z" });
      bookings.push(bookingId);
    }
  };
  const publishing = publish();
  return async (): Promise<string[]> => {
    over.abort();
    await publishing;
    return bookings;
  };
};

test("consumers that join and leave under load lose nothing and do nothing twice", async () => {
  await using kafka = await openTestKafka({ partitions: 6 });
  const options = { mongodbUri: databaseUri(uniqueName("test")) };
  await using stays = await runConsumers(kafka, options);
  await until(async () => (await kafka.members()) === 1);
  const stopPublishing = keepPublishing(kafka);
  for (let times = 0; times < 2; times += 1) {
    const joins = await runConsumers(kafka, options);
    await until(async () => (await kafka.members()) === 2);
    await until(async () => (await joins.metric('chat_booking_events_total{outcome="applied",reason=""}')) > 5);
    expect(await joins.stop(100_000)).toBe(true);
    await until(async () => (await kafka.members()) === 1);
  }
  const bookings = await stopPublishing();
  const { approved, cancelled } = kafka.topics;
  await until(
    async () =>
      (await kafka.committedCount(approved)) + (await kafka.committedCount(cancelled)) === 2 * bookings.length,
  );
  await using log = await openTestLog(stays.mongodbUri);
  for (const bookingId of bookings) {
    const chat = await log.chatOf(bookingId);
    expect(chat?.card.status).toBe("closed");
    // Over two topics the cancellation may have come first; then the approval tells nothing any more.
    const events = chat?.entries.filter(({ system }) => system?.silent !== true).map(({ system }) => system?.event);
    expect(events).toEqual([...new Set(events)]);
    expect(events).toContain("booking_cancelled");
  }
});

test("a rebalance in the middle of a batch loses nothing and keeps the order of each key", async () => {
  await using kafka = await openTestKafka({ partitions: 2 });
  const { approved: topic } = kafka.topics;
  const keys = Array.from({ length: 8 }, (_, index) => `key-${index}`);
  const records = Array.from({ length: 20 }, (_, index) =>
    keys.map((key) => ({ key, value: `${key}:${index}` })),
  ).flat();
  await kafka.publishMany(topic, records);
  const handled = new Map<string, number[]>();
  const run = () =>
    runSource(kafka, {
      handle: async ({ value }) => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        const [key = "", index = ""] = String(value).split(":");
        handled.set(key, [...(handled.get(key) ?? []), Number(index)]);
      },
    });
  await using first = run();
  await until(() => [...handled.values()].flat().length > 0);
  await using _second = run();
  await until(async () => (await kafka.committedCount(topic)) === records.length);
  expect(first.counts.joined).toBeGreaterThan(1);
  for (const key of keys) {
    const indexes = handled.get(key) ?? [];
    const firsts = [...new Set(indexes)];
    expect(firsts).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(indexes.at(-1)).toBe(19);
  }
});
