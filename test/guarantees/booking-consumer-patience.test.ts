import { expect, test } from "@jest/globals";
import { until } from "../support/chat-client.ts";
import { openTestKafka } from "../support/kafka.ts";
import { runSource } from "../support/run-source.ts";

test("more failures than kafkajs tolerates, spread over time, do not end a consumer", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  const { approved: topic } = kafka.topics;
  const failed = new Set<string>();
  await using source = runSource(kafka, {
    handle: async ({ value }) => {
      if (failed.has(String(value))) return;
      failed.add(String(value));
      throw new Error("the first time it fails");
    },
  });
  for (let index = 1; index <= 12; index += 1) {
    await kafka.publish({ topic, key: "k", value: String(index) });
    await until(async () => (await kafka.committedCount(topic)) === index);
  }
  expect(source.counts).toEqual({ paused: 12, joined: 1, restarted: 0 });
});

test("work that takes longer than the group's session does not end the membership", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  const { approved: topic } = kafka.topics;
  await kafka.publish({ topic, key: "k", value: "slow" });
  let times = 0;
  await using source = runSource(kafka, {
    handle: async () => {
      times += 1;
      await new Promise((resolve) => setTimeout(resolve, 13_000));
    },
  });
  await until(async () => (await kafka.committedCount(topic)) === 1);
  expect(times).toBe(1);
  expect(source.counts.joined).toBe(1);
});

test("a consumer that is stopped during its join does not come back", async () => {
  await using kafka = await openTestKafka();
  const { approved: topic } = kafka.topics;
  const handled: string[] = [];
  // A stop at every stage: looking for topics, connecting, joining, just joined.
  for (let afterMs = 0; afterMs <= 400; afterMs += 40) {
    const source = runSource(kafka, { handle: async ({ value }) => void handled.push(String(value)) });
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    expect(await source.stop(100_000)).toBe(true);
  }
  await until(async () => (await kafka.members()) === 0);
  await kafka.publish({ topic, key: "k", value: "after" });
  for (const end = performance.now() + 2_000; performance.now() < end; ) {
    expect(await kafka.members()).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(handled).toEqual([]);
});
