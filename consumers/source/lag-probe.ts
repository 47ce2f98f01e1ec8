import type { Admin, Kafka } from "kafkajs";
import { askAdmin } from "../kafka/ask-admin.ts";

/** The assigned partitions by topic, in kafkajs' form. */
export type Partitions = Record<string, number[]>;

/** `committed`: the next record to be handled; -1 if nothing was committed yet. */
export type PartitionLag = { topic: string; partition: number; committed: number; lag: number };

type Options = { client: Kafka; groupId: string; partitions: Partitions; signal: AbortSignal };

/**
 * The group's lag in these partitions by the committed offsets, also for partitions that are not fetched.
 * @throws if no broker answers within twelve seconds, and the signal's reason
 */
export const readLags = ({ client, groupId, partitions, signal }: Options): Promise<PartitionLag[]> =>
  askAdmin({ client, what: "reading the lag", ask: (admin) => lagsOf(admin, groupId, partitions, signal), signal });

const lagsOf = async (
  admin: Admin,
  groupId: string,
  partitions: Partitions,
  signal: AbortSignal,
): Promise<PartitionLag[]> => {
  signal.throwIfAborted();
  const topics = Object.keys(partitions);
  const groups = await admin.fetchOffsets({ groupId, topics });
  const lags: PartitionLag[] = [];
  for (const topic of topics) {
    signal.throwIfAborted();
    const committed = new Map(
      groups.find((one) => one.topic === topic)?.partitions.map((one) => [one.partition, Number(one.offset)]),
    );
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      if (!partitions[topic]?.includes(partition)) continue;
      const next = committed.get(partition) ?? -1;
      lags.push({ topic, partition, committed: next, lag: Math.max(0, Number(high) - Math.max(next, Number(low))) });
    }
  }
  return lags;
};
