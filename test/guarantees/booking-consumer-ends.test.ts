import { afterEach, expect, test } from "@jest/globals";
import kafkajs from "kafkajs";
import { registerCodecs } from "../../consumers/kafka/compression.ts";
import { until } from "../support/chat-client.ts";
import { openTestKafka, type TestKafka } from "../support/kafka.ts";
import { runSource } from "../support/run-source.ts";

const { CompressionCodecs, CompressionTypes } = kafkajs;
afterEach(registerCodecs);

/** Makes kafkajs fail where it reads a batch, which no handler can catch. After the source: that registers its codecs. */
const breakZstd = (error: () => Error): void => {
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: async () => Buffer.alloc(0),
    decompress: async () => {
      throw error();
    },
  });
};

const publishPacked = async (kafka: TestKafka, value: string): Promise<void> => {
  const producer = kafka.client.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const messages = [{ key: "k", value }];
  await producer.send({ topic: kafka.topics.approved, compression: CompressionTypes.ZSTD, messages });
  await producer.disconnect();
};

test.each([
  ["a TypeError", () => new TypeError("inside kafkajs")],
  ["an error that is final", () => Object.assign(new Error("inside kafkajs"), { retriable: false })],
])(
  "a consumer that ends of %s is made anew, and goes on where it was",
  async (_, error) => {
    await using kafka = await openTestKafka({ partitions: 1 });
    await publishPacked(kafka, "packed");
    const done: string[] = [];
    await using source = runSource(kafka, { handle: async ({ value }) => void done.push(String(value)) });
    breakZstd(error);
    await until(() => source.counts.restarted >= 2, "two restarts");
    expect(done).toEqual([]);
    registerCodecs();
    await until(async () => (await kafka.committedCount(kafka.topics.approved)) === 1);
    expect(done).toEqual(["packed"]);
    expect(source.gaveUp).toEqual([]);
    expect(source.health()).toMatchObject({ alive: true, joined: true });
  },
  60_000,
);

test("a consumer that ends again and again is given up, so that the process ends and somebody sees it", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  await publishPacked(kafka, "packed");
  await using source = runSource(kafka, { handle: async () => undefined });
  breakZstd(() => new TypeError("inside kafkajs"));
  await until(() => source.gaveUp.length > 0, "giving up");
  expect(source.health()).toMatchObject({ alive: false });
  expect(await kafka.committedCount(kafka.topics.approved)).toBe(0);
});
