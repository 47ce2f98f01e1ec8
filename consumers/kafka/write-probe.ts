import type { Kafka } from "kafkajs";
import type { Logger } from "../../src/process/logger.ts";
import { rest } from "../rest.ts";
import { askAdmin } from "./ask-admin.ts";
import { createProbeClient, type KafkaAddress, probeLimitMs, shortRetry } from "./kafka-client.ts";
import { topicsThere } from "./topics-there.ts";
import { withLimit } from "./with-limit.ts";

/** Whether Kafka allows this process to write. */
export type WriteProbe = {
  start(): void;
  /** The answer to the last probe. */
  isUp(): boolean;
  /** Whether it did at any time. */
  hasBeenUp(): boolean;
  stop(): Promise<void>;
};

type Parts = {
  kafka: KafkaAddress;
  /** The topics that we write to. */
  topics: string[];
  logger: Logger;
  /** Called when Kafka allows us to write. */
  onReached: () => void;
};

const firstEveryMs = 3_000;
const everyMs = 30_000;

/**
 * Asks Kafka whether it accepts records from us, without writing any: requests a producer id (InitProducerId), which needs
 * the right to write, and an answer of each leader of the topics that we write to. A topic that does not exist yet is not
 * a failure: it may be created later, like the booking topics.
 */
export const createWriteProbe = ({ kafka, topics, logger, onReached }: Parts): WriteProbe => {
  const client = createProbeClient({ kafka, logger });
  const closing = new AbortController();
  let isUp = false;
  let hasBeenUp = false;
  let running: Promise<void> = Promise.resolve();

  const look = async (): Promise<void> => {
    try {
      await askForId(client);
      await reachLeaders(client, await topicsThere(client, topics));
      isUp = true;
      hasBeenUp = true;
      onReached();
    } catch (error) {
      logger.warn({ err: error }, "kafka accepts no records from this process now, trying again");
      isUp = false;
    }
  };

  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await look();
      await rest(isUp ? everyMs : firstEveryMs, closing.signal);
    }
  };

  return {
    start: () => {
      running = run();
    },
    isUp: () => isUp,
    hasBeenUp: () => hasBeenUp,
    stop: async () => {
      closing.abort();
      await withLimit("stopping", 1_000, running).catch(() => undefined);
    },
  };
};

const askForId = async (client: Kafka): Promise<void> => {
  const producer = client.producer({ idempotent: true, allowAutoTopicCreation: false, retry: shortRetry });
  try {
    await withLimit("asking for a producer's id", probeLimitMs, producer.connect());
  } finally {
    await withLimit("disconnecting", 1_000, producer.disconnect()).catch(() => undefined);
  }
};

const reachLeaders = (client: Kafka, topics: string[]): Promise<void> =>
  askAdmin({
    client,
    what: "reaching the leaders",
    ask: async (admin) => {
      for (const topic of topics) await admin.fetchTopicOffsets(topic);
    },
  });
