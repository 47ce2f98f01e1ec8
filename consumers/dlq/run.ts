import { randomBytes } from "node:crypto";
import type { Kafka } from "kafkajs";
import { type KafkaToolConfig, readKafkaConfig } from "../../src/config/config.ts";
import type { Logger } from "../../src/process/logger.ts";
import { createKafkaClient, createProbeClient } from "../kafka/kafka-client.ts";
import { createPublisher } from "../kafka/publisher.ts";
import { topicsThere } from "../kafka/topics-there.ts";
import { type Arguments, readArguments, usage } from "./arguments.ts";
import { list } from "./commands/list.ts";
import { purge } from "./commands/purge.ts";
import { redrive } from "./commands/redrive.ts";
import type { Cut } from "./commands/settled.ts";
import { show } from "./commands/show.ts";
import { type Stock, takeStock } from "./stock.ts";
import type { Terminal } from "./terminal.ts";
import { openTopicReader, type TopicReader } from "./topic-reader.ts";

type Options = {
  args: string[];
  env: NodeJS.ProcessEnv;
  terminal: Terminal;
  createLogger: (level: string) => Logger;
  /** Ends the call after the letter that is under way. */
  signal: AbortSignal;
};

/** The tool cannot work. The message is for people. */
export class DlqError extends Error {}

type Job = Exclude<Arguments, { command: "help" }>;
type Opened = {
  client: Kafka;
  probe: Kafka;
  config: KafkaToolConfig;
  logger: Logger;
  terminal: Terminal;
  signal: AbortSignal;
};

/**
 * One call of the tool. Resolves to whether everything was done.
 * @throws UsageError, ConfigError, DlqError with a message for people; anything else as it is
 */
export const runDlq = async ({ args, env, terminal, createLogger, signal }: Options): Promise<boolean> => {
  const asked = readArguments(args);
  if (asked.command === "help") {
    terminal.print(usage);
    return true;
  }
  const config = readKafkaConfig(env);
  const logger = createLogger(config.logLevel);
  const { kafka } = config;
  const probe = createProbeClient({ kafka, logger });
  const opened = { client: createKafkaClient({ kafka, logger }), probe, config, logger, terminal, signal };
  await needTopic(opened);
  await using reader = await openReader(opened, writes(asked));
  const stock = await takeStock(reader, signal);
  // Awaited here: the reader is closed when this ends.
  return await work(asked, opened, reader, stock);
};

const writes = (job: Job): boolean => (job.command === "redrive" || job.command === "purge") && !job.dryRun;

const needTopic = async ({ probe, config }: Opened): Promise<void> => {
  const { bookingDlqTopic: topic, kafka } = config;
  const there = await topicsThere(probe, [topic]).catch((cause: unknown) => {
    throw new DlqError(`Kafka does not answer at ${kafka.brokers.join(", ")} (KAFKA_BROKERS)`, { cause });
  });
  if (there.length === 0) throw new DlqError(`there is no topic ${topic} (BOOKING_DLQ_TOPIC)`);
};

/** Each call that only reads has its own group; calls that write share one group, in which only one works at a time. */
const openReader = async ({ client, config }: Opened, isWriter: boolean): Promise<TopicReader> => {
  const { bookingDlqTopic: topic, kafka } = config;
  const groupId = `${kafka.groupId}-dlq-${isWriter ? "writer" : randomBytes(4).toString("hex")}`;
  const reader = await openTopicReader({ client, topic, groupId });
  if (reader !== null) return reader;
  throw new DlqError(`somebody else redrives or purges now (group ${groupId}): try again when that has ended`);
};

const work = async (job: Job, opened: Opened, reader: TopicReader, stock: Stock): Promise<boolean> => {
  const { terminal, signal, config } = opened;
  const { bookingDlqTopic: topic, kafka } = config;
  if (job.command === "list") {
    list({ ...job, stock, terminal });
    return true;
  }
  if (job.command === "show") {
    const letter = stock.letters.find(({ id }) => id === job.id);
    if (letter === undefined) throw new DlqError(`there is no dead letter ${job.id}`);
    return show({ reader, letter, json: job.json, terminal, signal });
  }
  const publisher = await createPublisher({ kafka, logger: opened.logger });
  const shared = { stock, topic, publisher, terminal, signal };
  try {
    if (job.command === "redrive") {
      const { bookingTopics } = config;
      const there = await topicsThere(opened.probe, bookingTopics);
      return await redrive({ ...job, ...shared, reader, bookingTopics, topicsThere: there });
    }
    return await purge({ ...job, ...shared, deleteBefore: (cuts) => deleteBefore(opened, cuts) });
  } finally {
    await publisher.close();
  }
};

const deleteBefore = async ({ client, config }: Opened, cuts: Cut[]): Promise<void> => {
  const topic = config.bookingDlqTopic;
  const admin = client.admin();
  try {
    await admin.connect();
    // kafkajs finds the partitions' leaders in the metadata that it has by then.
    await admin.fetchTopicOffsets(topic);
    const partitions = cuts.map(({ partition, before }) => ({ partition, offset: String(before) }));
    await admin.deleteTopicRecords({ topic, partitions });
  } finally {
    await admin.disconnect();
  }
};
