import { describe, expect, test } from "@jest/globals";
import type { ReceivedRecord } from "../../consumers/source/received-record.ts";
import { until } from "../support/chat-client.ts";
import { openTestKafka, type TestKafka } from "../support/kafka.ts";
import { runSource } from "../support/run-source.ts";

/** What every record source keeps, whatever client it is made of. */
describe("a record source", () => {
  const text = (record: ReceivedRecord): string => record.value?.toString() ?? "";

  const publishTo =
    (kafka: TestKafka) =>
    async (...values: string[]): Promise<void> => {
      for (const value of values) await kafka.publish({ topic: kafka.topics.approved, key: value.slice(0, 1), value });
    };

  test("hands over key, value, headers and time as they came", async () => {
    await using own = await openTestKafka();
    const { approved: topic } = own.topics;
    const before = Date.now();
    await own.publish({ topic, key: "k", value: "v", headers: { a: "1", many: ["2", "3"] } });
    await own.publish({ topic, key: null, value: null });
    const seen: ReceivedRecord[] = [];
    await using _source = runSource(own, { handle: async (record) => void seen.push(record) });
    await until(() => seen.length === 2);
    const [keyless, keyed] = seen.sort((a, b) => Number(a.key !== null) - Number(b.key !== null));
    expect(keyed).toMatchObject({ topic, key: Buffer.from("k"), value: Buffer.from("v") });
    expect(keyed?.headers).toEqual({ a: Buffer.from("1"), many: [Buffer.from("2"), Buffer.from("3")] });
    expect(keyed?.writtenAt?.getTime()).toBeGreaterThanOrEqual(before - 1_000);
    expect(keyless).toMatchObject({ key: null, value: null });
  });

  test("confirms nothing before its work resolved", async () => {
    await using own = await openTestKafka();
    const { approved: topic } = own.topics;
    const publish = publishTo(own);
    await publish("a");
    const work = Promise.withResolvers<void>();
    let begun = false;
    await using _source = runSource(own, {
      handle: async () => {
        begun = true;
        await work.promise;
      },
    });
    await until(() => begun);
    expect(await own.committedCount(topic)).toBe(0);
    work.resolve();
    await until(async () => (await own.committedCount(topic)) === 1);
  });

  test("brings a record again whose work threw, whatever was thrown, and lets nothing with its key pass it", async () => {
    await using own = await openTestKafka();
    const { approved: topic } = own.topics;
    const publish = publishTo(own);
    await publish("a1", "a2", "b1");
    const thrown = [new TypeError("t"), new Error("e"), Object.assign(new Error("r"), { retriable: false }), "text"];
    const done: string[] = [];
    await using source = runSource(own, {
      handle: async (record) => {
        if (text(record) === "a1" && thrown.length > 0) throw thrown.shift();
        done.push(text(record));
      },
    });
    await until(async () => (await own.committedCount(topic)) === 3);
    expect(done.filter((value) => value.startsWith("a"))).toEqual(["a1", "a2"]);
    expect(done).toContain("b1");
    expect(source.counts).toMatchObject({ paused: 4, restarted: 0, joined: 1 });
  });

  test("lets the other partitions go on while one waits", async () => {
    await using own = await openTestKafka();
    const { approved: topic } = own.topics;
    const keys = Array.from({ length: 12 }, (_, index) => `k${index}`);
    for (const key of keys) await own.publish({ topic, key, value: key });
    const done = new Set<string>();
    const stuck = new Set<number>();
    await using _source = runSource(own, {
      handle: async (record) => {
        if (stuck.size === 0) stuck.add(record.partition);
        if (stuck.has(record.partition)) throw new Error("not now");
        done.add(text(record));
      },
    });
    await until(async () => Object.values(await own.committed(topic)).filter((offset) => offset > 0).length === 2);
    const [partition = -1] = stuck;
    expect((await own.committed(topic))[partition]).toBe(-1);
    expect(done.size).toBeGreaterThan(0);
    stuck.clear();
    stuck.add(-1);
    await until(async () => (await own.committedCount(topic)) === keys.length);
  });

  test("keeps the order within a key and handles many keys at once", async () => {
    await using own = await openTestKafka();
    const { approved: topic } = own.topics;
    const one = { topic, key: "same-partition" };
    for (let index = 0; index < 30; index += 1) await own.publish({ ...one, value: `${index % 3}:${index}` });
    const done: Record<string, number[]> = {};
    let underWay = 0;
    let most = 0;
    await using _source = runSource(own, {
      orderedBy: (record) => text(record).split(":")[0] ?? null,
      handle: async (record) => {
        const [key = "", index = ""] = text(record).split(":");
        most = Math.max(most, (underWay += 1));
        await new Promise((resolve) => setTimeout(resolve, 5));
        underWay -= 1;
        (done[key] ??= []).push(Number(index));
      },
    });
    await until(async () => (await own.committedCount(topic)) === 30);
    expect(most).toBe(3);
    for (const indexes of Object.values(done)) expect(indexes).toEqual([...indexes].sort((a, b) => a - b));
  });

  test("stopping ends and confirms what is under way, and leaves the rest to the next", async () => {
    await using own = await openTestKafka();
    const { approved: topic } = own.topics;
    const orderedBy = () => "one";
    for (let index = 0; index < 20; index += 1) await own.publish({ topic, key: "k", value: String(index) });
    const done: string[] = [];
    const fifth = Promise.withResolvers<void>();
    const first = runSource(own, {
      orderedBy,
      handle: async (record) => {
        if (done.length === 4) {
          fifth.resolve();
          await new Promise((resolve) => setTimeout(resolve, 300));
        }
        done.push(text(record));
      },
    });
    await fifth.promise;
    expect(await first.stop(100_000)).toBe(true);
    expect(done).toHaveLength(5);
    expect(await own.committedCount(topic)).toBe(5);
    expect(await own.members()).toBe(0);
    await using _second = runSource(own, { orderedBy, handle: async (record) => void done.push(text(record)) });
    await until(async () => (await own.committedCount(topic)) === 20);
    expect(done).toEqual(Array.from({ length: 20 }, (_, index) => String(index)));
  });

  test("stopping ends at the deadline when work hangs, and says so", async () => {
    await using own = await openTestKafka();
    const publish = publishTo(own);
    await publish("a");
    const begun = Promise.withResolvers<void>();
    const source = runSource(own, {
      handle: () => {
        begun.resolve();
        return new Promise(() => undefined);
      },
      timing: { recordLimitMs: 8_000 },
    });
    await begun.promise;
    // Had it waited for the work, whose limit is eight seconds, it would have ended well.
    expect(await source.stop(500)).toBe(false);
    expect(await source.stop(100_000)).toBe(true);
  });

  test("gives up waiting for work that hangs, and brings the record again", async () => {
    await using own = await openTestKafka();
    const { approved: topic } = own.topics;
    const publish = publishTo(own);
    await publish("a");
    let times = 0;
    await using _source = runSource(own, {
      handle: () => ((times += 1) === 1 ? new Promise(() => undefined) : Promise.resolve()),
      timing: { recordLimitMs: 500 },
    });
    await until(async () => (await own.committedCount(topic)) === 1);
    expect(times).toBe(2);
  });

  test.each(["gzip", "snappy", "zstd"] as const)("reads what was packed with %s", async (codec) => {
    await using own = await openTestKafka();
    const { approved: topic } = own.topics;
    const producer = own.client.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    const compression = { gzip: 1, snappy: 2, zstd: 4 }[codec];
    const messages = Array.from({ length: 50 }, (_, index) => ({ key: "k", value: `${index} ${"x".repeat(2_000)}` }));
    await producer.send({ topic, compression, messages });
    await producer.disconnect();
    const done: string[] = [];
    await using source = runSource(own, { handle: async (record) => void done.push(text(record)) });
    await until(() => done.length === 50);
    expect(done).toEqual(messages.map(({ value }) => value));
    expect(source.counts.restarted).toBe(0);
  });
});
