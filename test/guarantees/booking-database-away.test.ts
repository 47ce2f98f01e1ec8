import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { type OwnService, provideMongodb } from "../../local/services/provide-services.ts";
import { until } from "../support/chat-client.ts";
import { freeze, thaw } from "../support/freeze.ts";
import { openTestKafka, type TestKafka } from "../support/kafka.ts";
import { openTestLog, runConsumers } from "../support/run-consumers.ts";
import { startLimit } from "../support/services.ts";

const anApprovalOf = (bookingId: string) => ({
  bookingId,
  ownerId: "owner-1",
  seekerId: "seeker-1",
  occurredAt: "2026-11-22T10:00:00.000Z",
});

const ownMongodb = async (): Promise<OwnService> =>
  provideMongodb({
    env: process.env,
    folder: await mkdtemp(join(tmpdir(), "booking-database-away-")),
    signal: startLimit(),
    report: () => undefined,
    how: "binary",
    keep: false,
  });

const publishTwenty = async (kafka: TestKafka, prefix: string): Promise<string[]> => {
  const bookings = Array.from({ length: 20 }, (_, index) => `${prefix}-${index}`);
  for (const bookingId of bookings) await kafka.publishEvent(kafka.topics.approved, anApprovalOf(bookingId));
  return bookings;
};

const aMinuteMs = 60_000;

/** Asserts something again and again, for as long as it takes to be sure of it. */
const holds = async (forMs: number, check: () => Promise<void>): Promise<void> => {
  for (const end = performance.now() + forMs; performance.now() < end; await sleep(500)) await check();
};

const ways = {
  killed: { away: (mongodb: OwnService) => mongodb.stop("SIGKILL"), back: (mongodb: OwnService) => mongodb.start() },
  frozen: { away: ({ pid }: OwnService) => freeze(pid ?? 0), back: ({ pid }: OwnService) => thaw(pid ?? 0) },
};

const goesOn = async ({ away, back }: (typeof ways)["killed"]): Promise<void> => {
  await using kafka = await openTestKafka();
  await using mongodb = await ownMongodb();
  await using consumers = await runConsumers(kafka, { mongodbUri: mongodb.address });
  const { approved: topic } = kafka.topics;
  await publishTwenty(kafka, "before");
  await until(async () => (await kafka.committedCount(topic)) === 20);

  await away(mongodb);
  const waiting = await publishTwenty(kafka, "meanwhile");
  await until(async () => (await consumers.metric("chat_kafka_pauses_total")) >= 4, "pauses");
  // Longer than the session of a group's member, and than anything that waits for the database.
  await holds(aMinuteMs, async () => {
    expect(await kafka.committedCount(topic)).toBe(20);
    expect(await kafka.members()).toBe(1);
  });
  expect((await consumers.ops("readyz")).status).toBe(503);
  expect((await consumers.ops("livez")).status).toBe(200);

  await back(mongodb);
  await until(async () => (await kafka.committedCount(topic)) === 40, "everything being confirmed");
  await using log = await openTestLog(mongodb.address);
  for (const bookingId of waiting) {
    const chat = await log.chatOf(bookingId);
    expect(chat?.entries).toHaveLength(1);
    expect(chat?.card.status).toBe("active");
  }
  expect(await consumers.metric("chat_kafka_rebalances_total")).toBe(1);
  await until(async () => (await consumers.ops("readyz")).status === 200);
};

// Side by side, since each waits for a minute.
test.concurrent("with the database killed for a minute nothing is confirmed, and the consumer continues by itself", () =>
  goesOn(ways.killed));
test.concurrent("with the database frozen for a minute nothing is confirmed, and the consumer continues by itself", () =>
  goesOn(ways.frozen));
