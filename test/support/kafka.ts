import type { Admin, Consumer, Kafka } from "kafkajs";
import { rangesOf } from "../../consumers/dlq/ranges.ts";
import { createAndAwait } from "../../consumers/kafka/create-topics.ts";
import { createKafkaClient, type KafkaAddress } from "../../consumers/kafka/kafka-client.ts";
import { createPublisher, type NewRecord, type Publisher } from "../../consumers/kafka/publisher.ts";
import { type ReceivedRecord, toReceivedRecord } from "../../consumers/source/received-record.ts";
import { createLogger } from "../../src/process/logger.ts";
import { until } from "./chat-client.ts";
import { uniqueName } from "./services.ts";

export const testLogger = createLogger({ level: process.env["TEST_LOG_LEVEL"] ?? "silent", process: "test" });

const brokersOf = (brokers: string | undefined): string[] => {
  if (!brokers) throw new Error("KAFKA_BROKERS is not set: these tests need a Kafka");
  return brokers.split(",");
};

/** A group and topics that nobody else has, and ways to write to them and to look at them. */
export type TestKafka = AsyncDisposable & {
  address: KafkaAddress;
  client: Kafka;
  groupId: string;
  topics: { approved: string; cancelled: string; dlq: string; events: string };
  createTopic(topic: string, partitions?: number, config?: Record<string, string>): Promise<void>;
  deleteTopic(topic: string): Promise<void>;
  publish(record: NewRecord): Promise<void>;
  /** Publishes an event as the booking service does: JSON, with the booking's id as key. */
  publishEvent(topic: string, event: { bookingId: string; [field: string]: unknown }): Promise<void>;
  /** Publishes many at once, as a producer does that has no time to wait. */
  publishMany(topic: string, records: { key: string; value: string | Buffer }[]): Promise<void>;
  /** The committed offsets of a topic, by partition; -1 for none. */
  committed(topic: string): Promise<Record<number, number>>;
  /** How many records of a topic are committed, over all partitions; by the group of this test unless told. */
  committedCount(topic: string, groupId?: string): Promise<number>;
  /** The offset behind a topic's newest record, by partition. */
  written(topic: string): Promise<Record<number, number>>;
  /** The members of the group now. */
  members(): Promise<number>;
  /** Reads a topic from its beginning until `count` records were seen; later ones are added. @throws after a minute */
  read(topic: string, count: number): Promise<ReceivedRecord[]>;
};

type Options = { brokers?: string | undefined; partitions?: number; replicas?: number; create?: boolean };

export const openTestKafka = async ({
  brokers = process.env["KAFKA_BROKERS"],
  partitions = 3,
  replicas = 1,
  create = true,
}: Options = {}): Promise<TestKafka> => {
  const address = { brokers: brokersOf(brokers), clientId: uniqueName("test"), ssl: false, sasl: null };
  const client = createKafkaClient({ kafka: address, logger: testLogger });
  const admin = client.admin();
  const publisher: Publisher = await createPublisher({ kafka: address, logger: testLogger });
  const name = uniqueName("t");
  const topics = {
    approved: `${name}.booking.approved`,
    cancelled: `${name}.booking.cancelled`,
    dlq: `${name}.dlq`,
    events: `${name}.chat.events`,
  };
  const groupId = `${name}-group`;
  const readers: Consumer[] = [];

  const createTopics = async (names: string[], count: number, config: Record<string, string> = {}): Promise<void> => {
    const configEntries = Object.entries(config).map(([key, value]) => ({ name: key, value }));
    await createAndAwait(
      admin,
      names.map((topic) => ({ topic, numPartitions: count, replicationFactor: replicas, configEntries })),
    );
  };
  const committed = (topic: string, by = groupId): Promise<Record<number, number>> => offsetsOf(admin, by, topic);
  if (create) {
    await admin.connect();
    await createTopics(Object.values(topics), partitions);
  }

  return {
    address,
    client,
    groupId,
    topics,
    createTopic: async (topic, count = partitions, config = {}) => {
      await admin.connect();
      await createTopics([topic], count, config);
    },
    deleteTopic: async (topic) => admin.deleteTopics({ topics: [topic] }),
    publish: (record) => publisher.publish(record),
    publishEvent: (topic, event) => publisher.publish({ topic, key: event.bookingId, value: JSON.stringify(event) }),
    publishMany: async (topic, records) => {
      const producer = client.producer({ allowAutoTopicCreation: false });
      await producer.connect();
      for (let from = 0; from < records.length; from += 1_000) {
        await producer.send({ topic, messages: records.slice(from, from + 1_000) });
      }
      await producer.disconnect();
    },
    committed: (topic) => committed(topic),
    committedCount: async (topic, by) =>
      Object.values(await committed(topic, by)).reduce((sum, offset) => sum + Math.max(0, offset), 0),
    written: async (topic) =>
      Object.fromEntries((await rangesOf(client, topic)).map(({ partition, high }) => [partition, high])),
    members: async () => (await admin.describeGroups([groupId])).groups[0]?.members.length ?? 0,
    read: async (topic, count) => {
      const consumer = client.consumer({ groupId: uniqueName("reader"), maxWaitTimeInMs: 100 });
      readers.push(consumer);
      const seen: ReceivedRecord[] = [];
      await consumer.connect();
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      await consumer.run({
        eachMessage: async ({ partition, message }) => {
          seen.push(toReceivedRecord(topic, partition, message));
        },
      });
      await until(() => seen.length >= count, `${count} records in ${topic}`);
      return seen;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(readers.map((reader) => reader.disconnect()));
      await Promise.all([publisher.close(), admin.disconnect()]);
    },
  };
};

const offsetsOf = async (admin: Admin, groupId: string, topic: string): Promise<Record<number, number>> => {
  const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] });
  return Object.fromEntries((offsets?.partitions ?? []).map(({ partition, offset }) => [partition, Number(offset)]));
};

/** A value of a record as the JSON it holds. */
export const jsonOf = ({ value }: ReceivedRecord): unknown => JSON.parse(value?.toString() ?? "null");

/** A record's headers as text. */
export const headersOf = ({ headers }: ReceivedRecord): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
