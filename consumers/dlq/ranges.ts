import { setTimeout as sleep } from "node:timers/promises";
import type { Kafka } from "kafkajs";

/** A partition's records at one moment: from `low` (inclusive) to `high` (exclusive). */
export type Range = { partition: number; low: number; high: number };

const mostTries = 10;
const betweenMs = 200;

/** The offsets of a topic's partitions now. kafkajs does not retry by itself while a partition gets another leader. */
export const rangesOf = async (client: Kafka, topic: string, tries = 1): Promise<Range[]> => {
  try {
    return await askRanges(client, topic);
  } catch (error) {
    const passes = error instanceof Error && "retriable" in error && error.retriable === true;
    if (!passes || tries === mostTries) throw error;
  }
  await sleep(betweenMs);
  return rangesOf(client, topic, tries + 1);
};

const askRanges = async (client: Kafka, topic: string): Promise<Range[]> => {
  const admin = client.admin();
  try {
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(topic);
    return offsets.map(({ partition, low, high }) => ({ partition, low: Number(low), high: Number(high) }));
  } finally {
    await admin.disconnect();
  }
};
