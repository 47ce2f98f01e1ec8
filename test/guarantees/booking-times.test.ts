import { expect, test } from "@jest/globals";
import { until } from "../support/chat-client.ts";
import { openTestKafka } from "../support/kafka.ts";
import { openTestLog, runConsumers } from "../support/run-consumers.ts";

const people = { ownerId: "owner-1", seekerId: "seeker-1" };

test("an event without a time is as old as its record, and a claim from the future decides nothing", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  await using consumers = await runConsumers(kafka);
  await using log = await openTestLog(consumers.mongodbUri);
  const { approved, cancelled } = kafka.topics;
  const committed = async (topic: string, count: number): Promise<void> =>
    until(async () => (await kafka.committedCount(topic)) === count);

  const before = Date.now();
  await kafka.publishEvent(approved, { bookingId: "timeless", ...people });
  const inAnHour = new Date(before + 3_600_000).toISOString();
  await kafka.publishEvent(approved, { bookingId: "early", ...people, occurredAt: inAnHour });
  const inTwoMinutes = new Date(before + 120_000).toISOString();
  await kafka.publishEvent(approved, { bookingId: "skewed", ...people, occurredAt: inTwoMinutes });
  await committed(approved, 3);
  const bookingAt = async (bookingId: string) => (await log.chatOf(bookingId))?.entries.at(-1)?.state.bookingAt;
  for (const bookingId of ["timeless", "early"]) {
    const time = (await bookingAt(bookingId))?.getTime() ?? 0;
    expect(Math.abs(time - before)).toBeLessThan(30_000);
  }
  expect((await bookingAt("skewed"))?.toISOString()).toBe(inTwoMinutes);

  // A cancellation of now is newer than an approval that claimed to be from the future.
  await kafka.publishEvent(cancelled, { bookingId: "early", occurredAt: new Date().toISOString() });
  await committed(cancelled, 1);
  expect((await log.chatOf("early"))?.card.status).toBe("closed");
});

test("a record stamped fifty minutes ahead does not beat a cancellation of now, nor does one of 1970 lose for good", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  await using consumers = await runConsumers(kafka);
  await using log = await openTestLog(consumers.mongodbUri);
  const { approved, cancelled } = kafka.topics;
  const publish = (topic: string, bookingId: string, writtenAt: Date, occurredAt?: Date): Promise<void> =>
    kafka.publish({ topic, key: bookingId, value: JSON.stringify({ bookingId, ...people, occurredAt }), writtenAt });
  const ahead = new Date(Date.now() + 50 * 60_000);
  await publish(approved, "ahead", ahead);
  await publish(approved, "claimed", ahead, ahead);
  await publish(approved, "ancient", new Date(0));
  await until(async () => (await kafka.committedCount(approved)) === 3);
  for (const bookingId of ["ahead", "claimed", "ancient"]) {
    expect((await log.chatOf(bookingId))?.card.status).toBe("active");
    await publish(cancelled, bookingId, new Date());
  }
  await until(async () => (await kafka.committedCount(cancelled)) === 3);
  for (const bookingId of ["ahead", "claimed", "ancient"]) {
    expect((await log.chatOf(bookingId))?.card.status).toBe("closed");
  }
});
