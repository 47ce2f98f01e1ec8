import { createTopics } from "../../consumers/create-topics.ts";
import type { WayOptions } from "./service.ts";

/** Creates the topics that the product reads and writes, where they are missing. true once they are there. */
export async function makeKafkaTopics(address: string, { env }: Pick<WayOptions, "env">): Promise<boolean> {
  await createTopics({ brokers: [address], topics: topicNames(env), partitions: 6 });
  return true;
}

export function topicNames(env: Record<string, string | undefined>): string[] {
  const booking = (env["BOOKING_TOPICS"] || "booking.approved,booking.cancelled").split(",").map((name) => name.trim());
  return [...booking, env["BOOKING_DLQ_TOPIC"] || "booking.dlq", env["CHAT_EVENTS_TOPIC"] || "chat.events"];
}
