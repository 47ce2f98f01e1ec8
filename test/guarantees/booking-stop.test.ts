import { expect, test } from "@jest/globals";
import { until } from "../support/chat-client.ts";
import { consumersEnv, startConsumersProcess } from "../support/consumers-process.ts";
import { openTestKafka } from "../support/kafka.ts";
import { withDatabase } from "../support/open-test-store.ts";
import { openTestLog, runConsumers } from "../support/run-consumers.ts";
import { uniqueName } from "../support/services.ts";
import { databaseUri } from "../support/start-node.ts";

const records = 2_500;

test("a stop in the middle of a batch confirms the finished records and leaves the rest to the next consumer", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  const { approved: topic } = kafka.topics;
  const mongodbUri = databaseUri(uniqueName("test"));
  await using log = await openTestLog(mongodbUri);
  const chats = (): Promise<number> =>
    withDatabase(mongodbUri, (client) => client.db().collection("chats").countDocuments());
  await kafka.publishMany(
    topic,
    Array.from({ length: records }, (_, index) => ({
      key: "one partition",
      value: JSON.stringify({ bookingId: `b-${index}`, ownerId: "owner-1", seekerId: "seeker-1" }),
    })),
  );
  using main = startConsumersProcess(consumersEnv(kafka, { MONGODB_URI: mongodbUri }));
  await until(async () => (await log.chatOf("b-10")) !== null, "the batch being under way");
  main.kill("SIGTERM");
  expect(await main.ended).toBe(0);
  const confirmed = await kafka.committedCount(topic);
  expect(confirmed).toBeGreaterThan(10);
  expect(confirmed).toBeLessThan(records);
  expect(await chats()).toBe(confirmed);
  expect(await kafka.members()).toBe(0);

  await using again = await runConsumers(kafka, { mongodbUri });
  await until(async () => (await kafka.committedCount(topic)) === records, "the rest", 120_000);
  expect(await chats()).toBe(records);
  // None of them a second time.
  expect(await again.metric('chat_booking_events_total{outcome="known",reason=""}')).toBe(0);
}, 240_000);
