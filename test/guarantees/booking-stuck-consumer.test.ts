import { expect, test } from "@jest/globals";
import ConsumerGroup from "kafkajs/src/consumer/consumerGroup.js";
import { until } from "../support/chat-client.ts";
import { consumersEnv, startConsumersProcess } from "../support/consumers-process.ts";
import { openTestKafka } from "../support/kafka.ts";
import { runSource } from "../support/run-source.ts";

const text = ({ value }: { value: Buffer | null }): string => String(value);

/** Makes kafkajs fetch nothing, as if it had lost sight of what it has: it beats, it is a member, nothing comes. */
const blind = (): Disposable & { fetches: () => number } => {
  const { fetch } = ConsumerGroup.prototype;
  let fetches = 0;
  ConsumerGroup.prototype.fetch = async () => {
    fetches += 1;
    await new Promise((resolve) => setTimeout(resolve, 100));
    return [];
  };
  return { fetches: () => fetches, [Symbol.dispose]: () => void (ConsumerGroup.prototype.fetch = fetch) };
};

const hurried = { lagEveryMs: 200, untakenMs: 1_000 };

test("work that hangs ends in an exit that Kubernetes notices, with nothing confirmed", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  const { approved: topic } = kafka.topics;
  await kafka.publishEvent(topic, { bookingId: "b", ownerId: "o", seekerId: "s" });
  using main = startConsumersProcess(consumersEnv(kafka), "test/support/plants/work-hangs.ts");
  expect(await main.ended).toBe(1);
  expect(main.output()).toMatch("nothing can be consumed any more, ending");
  expect(main.output()).toMatch("work hangs and does not say why");
  expect(await kafka.committedCount(topic)).toBe(0);
});

test("work that fails is tried for as long as it takes, and does not end the process", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  const { approved: topic } = kafka.topics;
  await kafka.publish({ topic, key: "a", value: "a" });
  let isAway = true;
  await using source = runSource(kafka, {
    handle: async () => {
      if (isAway) throw new Error("the database is away");
    },
    timing: { recordLimitMs: 100, hungMs: 200, ...hurried },
  });
  await until(() => source.counts.paused >= 6);
  expect(source.gaveUp).toEqual([]);
  expect(source.counts.restarted).toBe(0);
  isAway = false;
  await until(async () => (await kafka.committedCount(topic)) === 1);
});

test("a record that hangs stops only its partition, while others progress", async () => {
  await using kafka = await openTestKafka();
  const { approved: topic } = kafka.topics;
  await kafka.publish({ topic, partition: 0, key: "hangs", value: "hangs" });
  const done: string[] = [];
  await using source = runSource(kafka, {
    handle: async (record) => {
      if (text(record) !== "hangs") return void done.push(text(record));
      await new Promise(() => undefined);
    },
    timing: { recordLimitMs: 200, hungMs: 3_000 },
  });
  for (let index = 0; source.counts.paused < 6; index += 1) {
    await kafka.publish({ topic, partition: 1, key: "moves", value: String(index) });
    await until(() => done.includes(String(index)));
  }
  expect(source.gaveUp).toEqual([]);
  expect(source.health()).toMatchObject({ alive: true });
});

test("a consumer that is alive and reads none of the waiting records is recreated, and continues", async () => {
  await using kafka = await openTestKafka();
  const { approved: topic } = kafka.topics;
  const done: string[] = [];
  await using source = runSource(kafka, { handle: async (one) => void done.push(text(one)), timing: hurried });
  await kafka.publish({ topic, key: "a", value: "before" });
  await until(() => done.includes("before"));
  {
    using blinded = blind();
    // The fetch that was under way still sees.
    await until(() => blinded.fetches() > 0);
    await kafka.publish({ topic, key: "a", value: "meanwhile" });
    await until(() => source.counts.joined >= 2, "a second life");
    expect(done).toEqual(["before"]);
  }
  await until(() => done.includes("meanwhile"));
  expect(source.gaveUp).toEqual([]);
});

test("a consumer that reads nothing after it was recreated is given up", async () => {
  await using kafka = await openTestKafka();
  using _blind = blind();
  await using source = runSource(kafka, { handle: async () => undefined, timing: hurried });
  await until(() => source.health().joined);
  await kafka.publish({ topic: kafka.topics.approved, key: "a", value: "waits" });
  await until(() => source.gaveUp.length > 0, "giving up");
  expect(String(source.gaveUp[0])).toMatch("records wait and the consumer does not take them");
  expect(source.health()).toMatchObject({ alive: false });
});

test("a consumer without waiting records is not recreated", async () => {
  await using kafka = await openTestKafka();
  await using source = runSource(kafka, {
    handle: async () => undefined,
    timing: { lagEveryMs: 50, untakenMs: 2_500 },
  });
  await kafka.publish({ topic: kafka.topics.approved, key: "a", value: "a" });
  await until(async () => (await kafka.committedCount(kafka.topics.approved)) === 1);
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  expect(source.counts).toMatchObject({ joined: 1, restarted: 0 });
});
