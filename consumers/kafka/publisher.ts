import { type IHeaders, type Kafka, type Message, type Producer, type ProducerRecord } from "kafkajs";
import type { Logger } from "../../src/process/logger.ts";
import { isOfType } from "./error-type.ts";
import { createKafkaClient, type KafkaAddress } from "./kafka-client.ts";
import { createPartitioner } from "./partitioner.ts";
import { withLimit } from "./with-limit.ts";

/**
 * A record to publish. `null` is Kafka's own null, as in a tombstone; `compress` packs it with gzip. Without a partition
 * the key decides; without a time it gets the time of publishing.
 */
export type NewRecord = {
  topic: string;
  key: string | Buffer | null;
  value: string | Buffer | null;
  headers?: IHeaders;
  compress?: boolean;
  partition?: number;
  writtenAt?: Date;
};

export type Publisher = {
  /**
   * Resolves when every in-sync replica has the record. Connects by itself, also after Kafka was away.
   * @throws whenever that is not certain: the record may be stored nevertheless, and may be published again
   */
  publish(record: NewRecord): Promise<void>;
  /**
   * The same for records whose keys all belong to one partition: in one request, in order, all or none.
   * @throws as `publish`; also where they do not belong to one partition
   */
  publishTogether(topic: string, records: Omit<NewRecord, "topic" | "compress">[]): Promise<void>;
  /** Ends the connection within a few seconds; may be called twice. */
  close(): Promise<void>;
};

const publishLimitMs = 20_000;
const closeLimitMs = 3_000;

type Parts = { kafka: KafkaAddress; logger: Logger };

/**
 * Publishes to Kafka, at least once. It does not use kafkajs' idempotent producer: after a request that timed out, that
 * gives the same sequence number to the next record, and a broker that stored the first one drops the next as a repeat.
 * Our records carry ids, so a repeat is harmless, but a loss is not.
 */
export const createPublisher = async ({ kafka, logger }: Parts): Promise<Publisher> => {
  const client = createKafkaClient({ kafka, logger });
  let connection: Promise<Producer> | null = null;

  const connected = (): Promise<Producer> => {
    connection ??= connect(client);
    return connection;
  };

  // A producer that failed may cache a topic that is gone, or a broker that hangs: the next record gets a new producer.
  const drop = async (failed: Promise<Producer>): Promise<void> => {
    if (connection === failed) connection = null;
    await disconnect(failed).catch(() => undefined);
  };

  const publish = async (request: ProducerRecord): Promise<void> => {
    const used = connected();
    try {
      await withLimit(
        "publish",
        publishLimitMs,
        used.then((producer) => send(producer, request)),
      );
    } catch (error) {
      if (!isTooLarge(error)) void drop(used);
      throw error;
    }
  };

  return {
    publish: ({ topic, compress, ...record }) =>
      publish({ topic, messages: [toMessage(record)], ...(compress && { compression: 1 }) }),
    publishTogether: (topic, records) => publish({ topic, messages: records.map(toMessage) }),
    close: async () => {
      if (connection !== null) await drop(connection);
    },
  };
};

const tooLarge = new Set<unknown>(["MESSAGE_TOO_LARGE", "RECORD_LIST_TOO_LARGE"]);

/** Whether the broker refuses this record because of its size, and always will. */
export const isTooLarge = (error: unknown): boolean => isOfType(error, tooLarge);

const connect = async (client: Kafka): Promise<Producer> => {
  const producer = client.producer({
    allowAutoTopicCreation: false,
    createPartitioner,
    retry: { initialRetryTime: 100, retries: 5, maxRetryTime: 1_000 },
    metadataMaxAge: 30_000,
  });
  await producer.connect();
  return producer;
};

const disconnect = async (connection: Promise<Producer>): Promise<void> =>
  withLimit(
    "disconnect",
    closeLimitMs,
    connection.then((producer) => producer.disconnect()),
  );

const toMessage = (record: Omit<NewRecord, "topic" | "compress">): Message => {
  const { key, value, headers, partition, writtenAt } = record;
  return {
    key,
    value,
    ...(headers && { headers }),
    ...(partition !== undefined && { partition }),
    ...(writtenAt && { timestamp: String(writtenAt.getTime()) }),
  };
};

/**
 * Checks the answer of a request for one partition. With several partitions in one request, while a leader moves, kafkajs
 * can report records as stored that are in no log (tulios/kafkajs#1303). A partition that does not exist gets no answer.
 */
const send = async (producer: Producer, request: ProducerRecord): Promise<void> => {
  const results = await producer.send({ ...request, acks: -1, timeout: 10_000 });
  const [result] = results;
  if (results.length === 1 && result?.errorCode === 0) return;
  throw new Error("Kafka did not acknowledge the records", { cause: results });
};
