import { setTimeout as sleep } from "node:timers/promises";
import { type Admin, type ITopicConfig, Kafka, logLevel } from "kafkajs";
import { isOfType } from "./error-type.ts";
import { guardIdleConnections } from "./idle-guard.ts";

export interface CreateTopicsOptions {
  /** `host:port` each. */
  brokers: string[];
  topics: string[];
  partitions: number;
}

/** Creates the missing ones of these topics. Rejects after a second or two if no broker answers. */
export function createTopics({ brokers, topics, partitions }: CreateTopicsOptions): Promise<void> {
  return withAdmin(brokers, async (admin) => {
    const there = new Set(await admin.listTopics());
    const missing = [...new Set(topics)].filter((topic) => !there.has(topic));
    const wanted = missing.map((topic) => ({ topic, numPartitions: partitions, replicationFactor: 1 }));
    if (wanted.length > 0) await createAndAwait(admin, wanted);
  });
}

const leadersLimitMs = 30_000;
const notThereYet = new Set<unknown>([
  "UNKNOWN_TOPIC_OR_PARTITION",
  "LEADER_NOT_AVAILABLE",
  "NOT_LEADER_FOR_PARTITION",
]);

/**
 * Creates topics and waits until each partition has a leader that knows that it is the leader. kafkajs' own wait fails if
 * the broker does not know yet what it just created, and accepts a leader that answers that it is not the leader.
 * @throws after half a minute, and what kafkajs throws on anything else
 */
export async function createAndAwait(admin: Admin, topics: ITopicConfig[]): Promise<void> {
  await admin.createTopics({ topics, waitForLeaders: false });
  const names = topics.map(({ topic }) => topic);
  const deadline = performance.now() + leadersLimitMs;
  const haveLeaders = async (): Promise<boolean> => {
    try {
      await admin.fetchTopicMetadata({ topics: names });
      for (const topic of names) await admin.fetchTopicOffsets(topic);
      return true;
    } catch (error) {
      if (isOfType(error, notThereYet) && performance.now() < deadline) return false;
      throw error;
    }
  };
  while (!(await haveLeaders())) await sleep(100);
}

/**
 * Rejects while a broker that just started cannot serve consumer groups: a consumer that joined now would get the error
 * that its coordinator is loading.
 */
export async function groupsAreServed(brokers: string[]): Promise<void> {
  // Hashed to the five partitions that a local broker keeps its groups in, these reach each of them.
  await withAdmin(brokers, (admin) => admin.describeGroups(["0", "1", "2", "3", "4"]));
}

async function withAdmin<T>(brokers: string[], use: (admin: Admin) => Promise<T>): Promise<T> {
  guardIdleConnections();
  const kafka = new Kafka({
    clientId: "create-topics",
    brokers,
    connectionTimeout: 1_000,
    requestTimeout: 10_000,
    retry: { retries: 1, initialRetryTime: 100 },
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}
