import { Kafka, logLevel } from "kafkajs";
import { guardIdleConnections } from "./idle-guard.ts";

export interface CreateTopicsOptions {
  /** `host:port` each. */
  brokers: string[];
  topics: string[];
  partitions: number;
}

/** Creates those of the topics that are missing. Rejects, after a second or two, when no broker answers. */
export async function createTopics({ brokers, topics, partitions }: CreateTopicsOptions): Promise<void> {
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
    const there = new Set(await admin.listTopics());
    const missing = [...new Set(topics)].filter((topic) => !there.has(topic));
    const wanted = missing.map((topic) => ({ topic, numPartitions: partitions, replicationFactor: 1 }));
    if (wanted.length > 0) await admin.createTopics({ topics: wanted, waitForLeaders: true });
  } finally {
    await admin.disconnect();
  }
}
