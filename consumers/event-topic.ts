import type { Logger } from "../src/logger.ts";
import { createKafkaClient, type KafkaAddress, shortRetry } from "./kafka-client.ts";
import { createPartitioner } from "./partitioner.ts";
import type { Publisher } from "./publisher.ts";
import type { EventTopic } from "./relay/event-publisher.ts";
import { withLimit } from "./with-limit.ts";

type Parts = { kafka: KafkaAddress; topic: string; publisher: Pick<Publisher, "publishTogether">; logger: Logger };

const limitMs = 10_000;
const headers = { "content-type": "application/cloudevents+json" };

/** The topic of chat events, as kafkajs sees it. */
export const createEventTopic = ({ kafka, topic, publisher, logger }: Parts): EventTopic => {
  const client = createKafkaClient({ kafka, logger, retry: shortRetry });
  // The same one as the producer's, so that both put a key into the same partition.
  const partitioner = createPartitioner();

  return {
    spread: async () => {
      const admin = client.admin();
      try {
        const asked = admin.connect().then(() => admin.fetchTopicMetadata({ topics: [topic] }));
        const partitionMetadata = (await withLimit("asking for the topic", limitMs, asked)).topics[0]?.partitions ?? [];
        if (partitionMetadata.length === 0) throw new Error("the topic of chat events has no partitions");
        return (key) => partitioner({ topic, partitionMetadata, message: { key, value: null } });
      } finally {
        await withLimit("disconnecting", 1_000, admin.disconnect()).catch(() => undefined);
      }
    },
    publish: (events) =>
      publisher.publishTogether(
        topic,
        events.map(({ chatId, value }) => ({ key: chatId, value, headers })),
      ),
  };
};
