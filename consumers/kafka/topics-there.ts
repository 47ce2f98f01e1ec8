import type { Kafka } from "kafkajs";
import { askAdmin } from "./ask-admin.ts";

/**
 * Which of the topics Kafka has now.
 * @throws when no broker answers within twelve seconds
 */
export const topicsThere = async (client: Kafka, topics: string[]): Promise<string[]> => {
  const there = new Set(await askAdmin({ client, what: "listing topics", ask: (admin) => admin.listTopics() }));
  return topics.filter((topic) => there.has(topic));
};
