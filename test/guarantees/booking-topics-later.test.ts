import { expect, test } from "@jest/globals";
import type { ReceivedRecord } from "../../consumers/source/received-record.ts";
import { until } from "../support/chat-client.ts";
import { openTestKafka } from "../support/kafka.ts";
import { runSource } from "../support/run-source.ts";

const text = (record: ReceivedRecord): string => record.value?.toString() ?? "";

test("waits for missing topics, and consumes each when it is created", async () => {
  await using own = await openTestKafka({ create: false });
  const { approved, cancelled } = own.topics;
  const done: string[] = [];
  await using source = runSource(own, { handle: async (record) => void done.push(text(record)) });
  await until(() => source.health().kafka === "up");
  expect(source.health()).toMatchObject({ joined: false, alive: true });
  await own.createTopic(approved);
  await own.publish({ topic: approved, key: "a", value: "first topic" });
  await until(() => done.includes("first topic"));
  await own.createTopic(cancelled);
  await own.publish({ topic: cancelled, key: "a", value: "second topic" });
  await until(() => done.includes("second topic"));
  expect(source.gaveUp).toEqual([]);
});

test("consumes partitions that a topic gets later, from their first record", async () => {
  await using own = await openTestKafka();
  const { approved: topic } = own.topics;
  const done: string[] = [];
  await using source = runSource(own, { handle: async (record) => void done.push(text(record)) });
  await until(() => source.health().joined);
  const admin = own.client.admin();
  await admin.connect();
  await admin.createPartitions({ topicPartitions: [{ topic, count: 6 }] });
  await admin.disconnect();
  await using late = await openTestKafka({ create: false });
  for (let index = 0; index < 24; index += 1) await late.publish({ topic, key: `k${index}`, value: `v${index}` });
  await until(() => new Set(done).size === 24);
});

test("shares the partitions with other consumers, and takes over those of one that leaves", async () => {
  await using own = await openTestKafka();
  const { approved: topic } = own.topics;
  const done = new Map<string, string>();
  const run = (name: string) => runSource(own, { handle: async (record) => void done.set(text(record), name) });
  await using first = run("first");
  await until(() => first.health().joined);
  await using second = run("second");
  await until(async () => second.health().joined && (await own.members()) === 2);
  await until(() => first.counts.joined >= 2);
  const publish = async (prefix: string): Promise<void> => {
    for (let index = 0; index < 24; index += 1)
      await own.publish({ topic, key: `k${index}`, value: `${prefix}${index}` });
  };
  await publish("both");
  await until(() => done.size === 24);
  expect(new Set(done.values())).toEqual(new Set(["first", "second"]));
  expect(await first.stop(100_000)).toBe(true);
  await publish("one");
  await until(() => done.size === 48);
  await until(async () => (await own.committedCount(topic)) === 48);
});

test("an unreachable Kafka blocks neither starting nor stopping", async () => {
  await using nowhere = await openTestKafka({ brokers: "127.0.0.1:1", create: false });
  const source = runSource(nowhere, { handle: async () => undefined });
  expect(source.health()).toEqual({ kafka: "down", joined: false, alive: true });
  const before = performance.now();
  expect(await source.stop(100_000)).toBe(true);
  expect(performance.now() - before).toBeLessThan(90_000);
});
