import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { provideKafka } from "../../local/services/provide-services.ts";
import { until } from "../support/chat-client.ts";
import { freeze, thaw } from "../support/freeze.ts";
import { openTestKafka } from "../support/kafka.ts";
import { openTestLog, runConsumers } from "../support/run-consumers.ts";

const anApprovalOf = (bookingId: string) => ({ bookingId, ownerId: "owner-1", seekerId: "seeker-1" });

test("a Kafka that is away at the start, killed later, and frozen, is waited for each time", async () => {
  await using broker = await provideKafka({
    env: process.env,
    folder: await mkdtemp(join(tmpdir(), "booking-kafka-away-")),
    signal: AbortSignal.timeout(170_000),
    report: () => undefined,
    how: "binary",
    keep: false,
  });
  await using kafka = await openTestKafka({ brokers: broker.address });
  await broker.stop("SIGKILL");

  await using consumers = await runConsumers(kafka);
  await using log = await openTestLog(consumers.mongodbUri);
  const health = async () => (await consumers.ops("readyz")).body.checks["kafka"];
  // It is ready all the same: no other process could do more.
  expect(await consumers.ops("readyz")).toMatchObject({ status: 200, body: { checks: { kafka: "down" } } });
  const arrives = async (bookingId: string, limitMs: number): Promise<void> => {
    await until(
      async () => {
        await kafka.publishEvent(kafka.topics.approved, anApprovalOf(bookingId)).catch(() => undefined);
        return (await log.chatOf(bookingId)) !== null;
      },
      limitMs,
      `the chat of "${bookingId}"`,
    );
  };

  await broker.start();
  await arrives("away-at-the-start", 30_000);

  await broker.stop("SIGKILL");
  await until(async () => (await health()) === "down", 45_000, "the outage being noticed");
  expect((await consumers.ops("livez")).status).toBe(200);
  await broker.start();
  await arrives("killed", 45_000);

  await freeze(broker.pid ?? 0);
  await until(async () => (await health()) === "down", 45_000, "the freeze being noticed");
  await thaw(broker.pid ?? 0);
  await arrives("frozen", 60_000);
  expect(await consumers.ops("livez")).toMatchObject({ status: 200 });
  await until(async () => (await health()) === "up");
}, 240_000);
