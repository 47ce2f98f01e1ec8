import { expect, test } from "@jest/globals";
import { until } from "../support/chat-client.ts";
import { consumersEnv, startConsumersProcess } from "../support/consumers-process.ts";
import { openTestKafka } from "../support/kafka.ts";
import { openTestLog, runConsumers } from "../support/run-consumers.ts";
import { uniqueName } from "../support/services.ts";
import { databaseUri } from "../support/start-node.ts";

test("a crash between the write and the commit does nothing twice and loses nothing", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  const { approved: topic } = kafka.topics;
  const mongodbUri = databaseUri(uniqueName("test"));
  await using log = await openTestLog(mongodbUri);
  const bookings = Array.from({ length: 300 }, (_, index) => `b-${index}`);
  const events = bookings.map((bookingId) => ({ bookingId, ownerId: "owner-1", seekerId: "seeker-1" }));
  await kafka.publishMany(
    topic,
    events.map((event) => ({ key: "one partition, one batch", value: JSON.stringify(event) })),
  );
  using main = startConsumersProcess(consumersEnv(kafka, { MONGODB_URI: mongodbUri }));
  // Offsets are committed when a batch ends: with its fiftieth event handled much is written, and nothing confirmed.
  await until(async () => (await log.chatOf("b-50")) !== null);
  main.kill("SIGKILL");
  await main.ended;
  const confirmed = await kafka.committedCount(topic);
  await using again = await runConsumers(kafka, { mongodbUri });
  // The dead one is a member until its session is over.
  await until(async () => (await kafka.committedCount(topic)) === bookings.length);
  for (const bookingId of bookings) expect((await log.chatOf(bookingId))?.entries).toHaveLength(1);
  if (confirmed < bookings.length) {
    expect(await again.metric('chat_booking_events_total{outcome="known",reason=""}')).toBeGreaterThan(0);
  }
});
