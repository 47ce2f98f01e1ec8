import type { Kafka } from "kafkajs";
import { probeLimitMs } from "./kafka-client.ts";
import { withLimit } from "./with-limit.ts";

/**
 * Which of the topics Kafka has now.
 * @throws when no broker answers within twelve seconds
 */
export const topicsThere = async (client: Kafka, topics: string[]): Promise<string[]> => {
  const admin = client.admin();
  try {
    const listed = await withLimit(
      "listing topics",
      probeLimitMs,
      admin.connect().then(() => admin.listTopics()),
    );
    const there = new Set(listed);
    return topics.filter((topic) => there.has(topic));
  } finally {
    await withLimit("disconnecting", 1_000, admin.disconnect()).catch(() => undefined);
  }
};
