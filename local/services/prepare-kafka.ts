import { createTopics, groupsAreServed } from "../../consumers/kafka/create-topics.ts";
import type { WayOptions } from "./service.ts";

export interface TopicNames {
  booking: string[];
  deadLetters: string;
  chatEvents: string;
}

export function topicNames(env: Record<string, string | undefined>): TopicNames {
  return {
    booking: (env["BOOKING_TOPICS"] || "booking.approved,booking.cancelled").split(",").map((name) => name.trim()),
    deadLetters: env["BOOKING_DLQ_TOPIC"] || "booking.dlq",
    chatEvents: env["CHAT_EVENTS_TOPIC"] || "chat.events",
  };
}

/** Creates missing topics that the product reads or writes. true: the consumers can start. */
export async function prepareKafka(address: string, { env }: Pick<WayOptions, "env">): Promise<boolean> {
  const { booking, deadLetters, chatEvents } = topicNames(env);
  await createTopics({ brokers: [address], topics: [...booking, deadLetters, chatEvents], partitions: 6 });
  await groupsAreServed([address]);
  return true;
}
