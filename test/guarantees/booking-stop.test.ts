import { expect, test } from "@jest/globals";
import { until } from "../support/chat-client.ts";
import { consumersEnv, startConsumersProcess } from "../support/consumers-process.ts";
import { openTestKafka, type TestKafka } from "../support/kafka.ts";
import { withDatabase } from "../support/open-test-store.ts";
import { openTestLog, runConsumers } from "../support/run-consumers.ts";
import { uniqueName } from "../support/services.ts";
import { databaseUri } from "../support/start-node.ts";

const recordsOfARound = 2_500;
const mostRounds = 5;
/** After so long a process ends in spite of what is still under way, with exit code 1; a busy machine may get there. */
const ownDeadlineMs = 10_000;

const publish = (kafka: TestKafka, from: number): Promise<void> =>
  kafka.publishMany(
    kafka.topics.approved,
    Array.from({ length: recordsOfARound }, (_, index) => ({
      key: "one partition",
      value: JSON.stringify({ bookingId: `b-${from + index}`, ownerId: "owner-1", seekerId: "seeker-1" }),
    })),
  );

/** Whether Kafka took the process for gone in the meantime, as it does while a busy machine lets it wait for too long. */
const wasDisturbed = (output: string): boolean =>
  output.split("the group was joined").length !== 2 || /not committed|could not be settled|not confirmed/.test(output);

test("a stop in the middle of a batch confirms the finished records and leaves the rest to the next consumer", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  const { approved: topic } = kafka.topics;
  const mongodbUri = databaseUri(uniqueName("test"));
  await using log = await openTestLog(mongodbUri);
  const chats = (): Promise<number> =>
    withDatabase(mongodbUri, (client) => client.db().collection("chats").countDocuments());

  let published = 0;
  let confirmed = 0;
  let unconfirmed = 0;
  // Until one was stopped in the middle: a busy machine may notice only at the end that a batch is under way.
  for (let rounds = 0; confirmed === published && rounds < mostRounds; rounds += 1) {
    const before = published;
    await publish(kafka, before);
    published += recordsOfARound;
    using main = startConsumersProcess(consumersEnv(kafka, { MONGODB_URI: mongodbUri }));
    await until(async () => (await log.chatOf(`b-${before + 10}`)) !== null, "the batch being under way");
    const stopping = performance.now();
    main.kill("SIGTERM");
    const code = await main.ended;
    const isInTime = performance.now() - stopping < ownDeadlineMs;
    expect(code).toEqual(isInTime ? 0 : expect.any(Number));
    confirmed = await kafka.committedCount(topic);
    unconfirmed = (await chats()) - confirmed;
    if (isInTime && !wasDisturbed(main.output())) {
      expect(confirmed).toBeGreaterThan(before + 10);
      expect(unconfirmed).toBe(0);
      expect(await kafka.members()).toBe(0);
    }
    expect(unconfirmed).toBeGreaterThanOrEqual(0);
  }
  expect(confirmed).toBeLessThan(published);

  await using again = await runConsumers(kafka, { mongodbUri });
  await until(async () => (await kafka.committedCount(topic)) === published, "the rest");
  expect(await chats()).toBe(published);
  // None of the confirmed ones a second time.
  const known = await again.metric('chat_booking_events_total{outcome="known",reason=""}');
  expect(known).toBe(unconfirmed);
});
