import { expect, test } from "@jest/globals";
import { until } from "../support/chat-client.ts";
import { openTestKafka } from "../support/kafka.ts";
import { openTestLog, runConsumers } from "../support/run-consumers.ts";
import { callDlq } from "../support/run-dlq.ts";

const people = { ownerId: "owner-1", seekerId: "seeker-1" };

test("an event redriven from the dead letters takes effect with its own time, once", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  await using consumers = await runConsumers(kafka);
  await using log = await openTestLog(consumers.mongodbUri);
  const { approved, cancelled, dlq } = kafka.topics;
  // Letters of approvals that name no time: they are as old as their records were.
  const anHourAgo = new Date(Date.now() - 3_600_000);
  for (const bookingId of ["still-on", "cancelled-since"]) {
    await kafka.publish({
      topic: dlq,
      key: bookingId,
      value: JSON.stringify({ bookingId, ...people }),
      headers: { "dlq-reason": "wrong_shape", "dlq-topic": approved, "dlq-timestamp": anHourAgo.toISOString() },
    });
  }
  const later = new Date(anHourAgo.getTime() + 60_000).toISOString();
  await kafka.publishEvent(cancelled, { bookingId: "cancelled-since", occurredAt: later });
  await until(async () => (await kafka.committedCount(cancelled)) === 1);

  expect((await callDlq(kafka, "redrive")).text).toMatch("2 dead letters redriven");
  await until(async () => (await kafka.committedCount(approved)) === 2);
  expect((await callDlq(kafka, "redrive")).text).toMatch("0 dead letters redriven");
  expect((await log.chatOf("still-on"))?.card).toMatchObject({ status: "active", participants: people });
  expect((await log.chatOf("cancelled-since"))?.card).toMatchObject({ status: "closed", participants: people });
});

test("an event that fails again becomes a new, open dead letter", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  await using _consumers = await runConsumers(kafka);
  const { approved } = kafka.topics;
  await kafka.publish({ topic: approved, key: "k", value: "no json", headers: { trace: "t" } });
  await until(async () => (await kafka.committedCount(approved)) === 1);
  await callDlq(kafka, "redrive");
  await until(async () => (await kafka.committedCount(approved)) === 2);
  const { text } = await callDlq(kafka, "list --all");
  expect(text).toMatch("1 dead letter is open (not_json 1); 1 is redriven, 0 are discarded.");
});
