import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { createDeadLetters } from "../../consumers/booking/dead-letter.ts";
import { createDeadLetterGroups } from "../../consumers/booking/dead-letter-groups.ts";
import type { ReceivedRecord } from "../../consumers/source/received-record.ts";
import { aBatch } from "../support/batches.ts";
import { until } from "../support/chat-client.ts";
import { openTestKafka, type TestKafka } from "../support/kafka.ts";
import { produceBatch } from "../support/produce-batch.ts";
import { aRecord } from "../support/records.ts";
import { openTestLog, runConsumers } from "../support/run-consumers.ts";
import { runSource } from "../support/run-source.ts";

/** All records of a topic. */
const allOf = async (kafka: TestKafka, topic: string): Promise<ReceivedRecord[]> =>
  kafka.read(
    topic,
    Object.values(await kafka.written(topic)).reduce((sum, offset) => sum + offset, 0),
  );

/** The offsets of the records that dead letters are about. */
const placesOf = (letters: ReceivedRecord[]): Set<string> =>
  new Set(letters.map(({ headers }) => String(headers["dlq-offset"])));

const rejection = { reason: "not_json", detail: "the value is not JSON" } as const;

test("20,000 poison records become 20,000 dead letters, and approvals on other partitions are handled before most of them", async () => {
  await using kafka = await openTestKafka();
  const { approved, dlq } = kafka.topics;
  const count = 20_000;
  const producer = kafka.client.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const messages = Array.from({ length: count }, () => ({ value: "x", partition: 0 }));
  await producer.send({ topic: approved, compression: 1, messages });
  const value = JSON.stringify({ bookingId: "beside", ownerId: "owner-1", seekerId: "seeker-1" });
  await producer.send({ topic: approved, messages: [{ key: "beside", value, partition: 1 }] });
  await producer.disconnect();
  await using consumers = await runConsumers(kafka);
  await using log = await openTestLog(consumers.mongodbUri);
  await until(async () => (await log.chatOf("beside")) !== null, "the approval");
  await until(async () => (await kafka.committed(approved))[0] === count, "the commit");
  const letters = await allOf(kafka, dlq);
  expect(placesOf(letters).size).toBe(count);
  // Each once, unless a busy machine let the consumers wait for so long that Kafka handed records out again.
  const isOnce = (await consumers.metric("chat_kafka_rebalances_total")) === 1;
  expect(letters.length).toEqual(isOnce ? count : expect.any(Number));
  const createdAt = (await log.chatOf("beside"))?.card.createdAt ?? new Date();
  expect(letters.filter(({ writtenAt }) => (writtenAt ?? 0) > createdAt).length).toBeGreaterThan(count / 2);
});

test("each record of a batch that needs several fetches becomes a dead letter", async () => {
  await using kafka = await openTestKafka();
  const { approved, dlq } = kafka.topics;
  const count = 60_000;
  const batch = await aBatch(
    Array.from({ length: count }, () => ({ value: "x" })),
    { compression: 1 },
  );
  await produceBatch({ broker: kafka.address.brokers[0] ?? "", topic: approved, partition: 0, batch });
  await using _consumers = await runConsumers(kafka);
  await until(async () => (await kafka.committed(approved))[0] === count, "the commit");
  expect(placesOf(await allOf(kafka, dlq)).size).toBe(count);
});

test("a waiting partition does not delay the others", async () => {
  await using kafka = await openTestKafka();
  const { approved } = kafka.topics;
  const gate = Promise.withResolvers<void>();
  const seen: string[] = [];
  await using source = runSource(kafka, {
    topics: [approved],
    handle: async ({ value }) => {
      if (String(value) === "slow") await gate.promise;
      seen.push(String(value));
    },
  });
  await kafka.publish({ topic: approved, partition: 0, key: "k-0", value: "slow" });
  await until(() => source.counts.joined > 0, "the group");
  for (const value of ["one", "two", "three"]) {
    await kafka.publish({ topic: approved, partition: 1, key: "k-1", value });
    await until(() => seen.includes(value), value);
    await sleep(100);
  }
  expect(seen).not.toContain("slow");
  gate.resolve();
  await until(async () => (await kafka.committed(approved))[0] === 1, "the slow one's commit");
  expect(seen.filter((one) => one === "slow")).toHaveLength(1);
  expect(source.counts.paused).toBe(0);
});

test("dead letters that are put at the same time are published together, and fail together", async () => {
  const requests: number[] = [];
  let isAway = true;
  const publisher = {
    publish: async () => undefined,
    publishTogether: async (_topic: string, records: unknown[]) => {
      if (isAway) throw new Error("away");
      requests.push(records.length);
    },
  };
  const letters = createDeadLetterGroups({
    single: createDeadLetters({ publisher, topic: "dlq" }),
    publisher,
    topic: "dlq",
    spread: async () => (key) => Number(key?.toString() ?? 0) % 2,
  });
  const putAll = () =>
    Promise.allSettled(
      Array.from({ length: 100 }, (_, index) =>
        letters.put(aRecord({ key: Buffer.from(String(index)), offset: String(index) }), rejection),
      ),
    );
  expect((await putAll()).every(({ status }) => status === "rejected")).toBe(true);
  isAway = false;
  expect((await putAll()).every(({ status }) => status === "fulfilled")).toBe(true);
  expect(requests).toEqual([50, 50]);
});

test("a dead letter that is too large for its group is published alone and truncated, the others whole", async () => {
  const alone: (Buffer | string | null)[] = [];
  const tooLarge = Object.assign(new Error("too large"), { type: "MESSAGE_TOO_LARGE" });
  const publisher = {
    publish: async ({ value }: { value: Buffer | string | null }) => {
      if ((value?.length ?? 0) > 100_000) throw tooLarge;
      alone.push(value);
    },
    publishTogether: async () => Promise.reject(tooLarge),
  };
  const letters = createDeadLetterGroups({
    single: createDeadLetters({ publisher, topic: "dlq" }),
    publisher,
    topic: "dlq",
    spread: async () => () => 0,
  });
  const values = [Buffer.alloc(10), Buffer.alloc(200_000), Buffer.alloc(20)];
  await Promise.all(values.map((value, index) => letters.put(aRecord({ value, offset: String(index) }), rejection)));
  expect(alone.map((value) => value?.length)).toEqual([10, 64 * 1024, 20]);
});
