import { expect, test } from "@jest/globals";
import kafkajs, { type Message } from "kafkajs";
import { aBatch } from "../support/batches.ts";
import { until } from "../support/chat-client.ts";
import { readEvents, sentSeqs } from "../support/chat-events.ts";
import { headersOf, openTestKafka, type TestKafka } from "../support/kafka.ts";
import { produceBatch } from "../support/produce-batch.ts";
import { openTestLog, runConsumers, type TestLog } from "../support/run-consumers.ts";
import { callDlq } from "../support/run-dlq.ts";
import { runSource } from "../support/run-source.ts";

const megabyte = 1024 * 1024;
const minutesMs = 240_000;
const { CompressionCodecs, CompressionTypes } = kafkajs;

const anApprovalOf = (bookingId: string) => ({ bookingId, ownerId: "owner-1", seekerId: "seeker-1" });

/** All of them in one request, and so in one batch of their partition. */
const publishBatch = async (kafka: TestKafka, topic: string, compression: number, messages: Message[]) => {
  const producer = kafka.client.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  await producer.send({ topic, compression, messages });
  await producer.disconnect();
};

/** A record that nobody can unpack on the last partition, and approvals on all of them behind it. */
const attack = async (kafka: TestKafka, codec: "GZIP" | "Snappy" | "LZ4" | "ZSTD", name: string): Promise<void> => {
  const { approved } = kafka.topics;
  // Not before: each client that is made begins with the usual codecs.
  if (codec === "LZ4") writeLz4();
  const bomb = { key: "bomb", value: Buffer.alloc(40 * megabyte), partition: 2 };
  await publishBatch(kafka, approved, CompressionTypes[codec], [bomb]);
  for (const partition of [0, 1, 2]) {
    const bookingId = `${name}-${partition}`;
    await kafka.publish({ topic: approved, partition, key: bookingId, value: JSON.stringify(anApprovalOf(bookingId)) });
  }
};

const chatsOf = async (log: TestLog, name: string): Promise<string[]> => {
  const ids = [0, 1, 2].map((partition) => `${name}-${partition}`);
  await until(async () => {
    const chats = await Promise.all(ids.map((id) => log.chatOf(id)));
    return !chats.includes(null);
  }, `the chats of ${name}`);
  return Promise.all(ids.map(async (id) => (await log.chatOf(id))?.card.id ?? ""));
};

/**
 * The first kilobyte as it is, then zeros in blocks of 64 KB as small as lz4 makes them: lz4js writes frames that brokers
 * do not take.
 */
const lz4OfZeros = async ({ buffer }: { buffer: Buffer }): Promise<Buffer> => {
  const size = (bytes: number): Buffer => {
    const field = Buffer.alloc(4);
    field.writeUInt32LE(bytes);
    return field;
  };
  const plain = (bytes: Buffer): Buffer[] => (bytes.length === 0 ? [] : [size(bytes.length + 2 ** 31), bytes]);
  const zeros = Buffer.concat([
    Buffer.from([0x1f, 0, 1, 0]),
    Buffer.alloc(256, 255),
    Buffer.from([231, 0x50]),
    Buffer.alloc(5),
  ]);
  const count = Math.floor((buffer.length - 1_024) / 65_536);
  const blocks = Array.from({ length: count }, () => [size(zeros.length), zeros]).flat();
  return Buffer.concat([
    Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]),
    ...plain(buffer.subarray(0, 1_024)),
    ...blocks,
    ...plain(buffer.subarray(1_024 + count * 65_536)),
    size(0),
  ]);
};

test.each(["GZIP", "Snappy", "LZ4", "ZSTD"] as const)(
  "one record of 40 MB, %s, becomes one dead letter, and all partitions and the relay continue",
  async (codec) => {
    await using kafka = await openTestKafka({ create: false });
    const { approved, cancelled, dlq, events } = kafka.topics;
    await kafka.createTopic(approved, 3, { "max.message.bytes": String(50 * megabyte) });
    for (const topic of [cancelled, dlq, events]) await kafka.createTopic(topic, 3);
    const first = await runConsumers(kafka);
    await using log = await openTestLog(first.mongodbUri);
    await attack(kafka, codec, "behind");
    const chats = await chatsOf(log, "behind");
    await using reader = await readEvents(kafka, events);
    for (const chat of chats) await until(() => sentSeqs(reader.of(chat)).length > 0, "the relay's events");
    const [letter] = await kafka.read(dlq, 1);
    const headers = letter && headersOf(letter);
    expect(headers).toMatchObject({
      "dlq-reason": "undecodable",
      "dlq-topic": approved,
      "dlq-partition": "2",
      "dlq-offset": "0",
      "dlq-last-offset": "0",
    });
    await first.stop(10_000);

    // A restart does not meet it again.
    await using second = await runConsumers(kafka, { mongodbUri: first.mongodbUri });
    await kafka.publishEvent(approved, anApprovalOf("later-0"));
    await until(async () => (await log.chatOf("later-0")) !== null, "the chat after a restart");
    expect(await second.metric('chat_booking_events_total{outcome="rejected",reason="undecodable"}')).toBe(0);
    const written = await kafka.written(dlq);
    expect(Object.values(written).reduce((sum, count) => sum + count, 0)).toBe(1);

    // The tool says what it is, and does not send it anywhere.
    expect((await callDlq(kafka, "list")).text).toMatch("1 dead letter is open (undecodable 1)");
    const redriven = await callDlq(kafka, "redrive");
    expect(redriven.isDone).toBe(false);
    expect(redriven.text).toMatch(`nobody can read ${approved} 2/0 to 0`);
  },
  minutesMs,
);

const writeLz4 = (): void => {
  const codec = CompressionCodecs[CompressionTypes.LZ4]();
  CompressionCodecs[CompressionTypes.LZ4] = () => ({ ...codec, compress: lz4OfZeros });
};

test("one batch of 350,000 records is handled to its last record, and other partitions in parallel", async () => {
  await using kafka = await openTestKafka({ create: false });
  const { approved, cancelled } = kafka.topics;
  await kafka.createTopic(approved, 2, { "max.message.bytes": String(50 * megabyte) });
  await kafka.createTopic(cancelled, 1);
  const count = 350_000;
  const records = Array.from({ length: count }, (_, index) => ({ value: String(index) }));
  const batch = await aBatch(records, { compression: CompressionTypes.GZIP });
  const [broker = ""] = kafka.address.brokers;
  await produceBatch({ broker, topic: approved, partition: 0, batch });
  await kafka.publish({ topic: approved, partition: 1, key: null, value: "beside" });
  const seen = new Set<string>();
  let seenBefore = -1;
  await using source = runSource(kafka, {
    topics: [approved],
    handle: async ({ value }) => {
      seen.add(String(value));
      if (String(value) === "beside") seenBefore = seen.size;
    },
  });
  await until(() => seen.size === count + 1, "all of the records", 400_000);
  expect(seenBefore).toBeGreaterThan(0);
  expect(seenBefore).toBeLessThan(count / 2);
  await until(async () => (await kafka.committed(approved))[0] === count, "the commit");
  expect(source.counts.restarted).toBe(0);
});
