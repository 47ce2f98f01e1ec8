import type { Kafka } from "kafkajs";
import { askAdmin } from "../kafka/ask-admin.ts";
import { createPartitioner } from "../kafka/partitioner.ts";

/** The partition that our producer chooses for a key. */
export type PartitionOf = (key: Buffer | string | null) => number;

/**
 * Asks Kafka how keys are spread over a topic's current partitions.
 * @throws while Kafka does not answer
 */
export const createTopicSpread = (client: Kafka, topic: string): (() => Promise<PartitionOf>) => {
  // The same partitioner as the producer's, so that both choose the same partition for a key.
  const partitioner = createPartitioner();
  return async () => {
    const { topics } = await askAdmin({
      client,
      what: "asking for the topic",
      ask: (admin) => admin.fetchTopicMetadata({ topics: [topic] }),
    });
    const partitionMetadata = topics[0]?.partitions ?? [];
    if (partitionMetadata.length === 0) throw new Error(`the topic ${topic} has no partitions`);
    return (key) => partitioner({ topic, partitionMetadata, message: { key, value: null } });
  };
};

const keptMs = 30_000;

/**
 * Remembers Kafka's answer for half a minute. `partitionOf` asks Kafka if there is none.
 * `forget`: the topic may have other partitions by now, so the next call asks again.
 */
export const rememberSpread = (ask: () => Promise<PartitionOf>) => {
  let known: { partitionOf: PartitionOf; at: number } | null = null;
  return {
    partitionOf: async (): Promise<PartitionOf> => {
      if (known === null || performance.now() - known.at > keptMs) {
        known = { partitionOf: await ask(), at: performance.now() };
      }
      return known.partitionOf;
    },
    forget: (): void => {
      known = null;
    },
  };
};
