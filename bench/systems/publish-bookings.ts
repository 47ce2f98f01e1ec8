import { randomBytes } from "node:crypto";
import { Kafka, logLevel, Partitioners } from "kafkajs";
import { createTopics } from "../../consumers/kafka/create-topics.ts";

const batch = 1_000;
const partitions = 6;

/** Publishes approvals of different bookings to a new topic. @returns the topic */
export const publishBookings = async (brokers: string[], count: number): Promise<string> => {
  const topic = `bench-${randomBytes(4).toString("hex")}.booking.approved`;
  await createTopics({ brokers, topics: [topic, `${topic}.dlq`, `${topic}.events`], partitions });
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  try {
    for (let first = 0; first < count; first += batch) {
      const bookings = Array.from({ length: Math.min(batch, count - first) }, (_, index) => bookingOf(first + index));
      await producer.send({
        topic,
        messages: bookings.map((booking) => ({ key: booking.bookingId, value: JSON.stringify(booking) })),
      });
    }
  } finally {
    await producer.disconnect();
  }
  return topic;
};

const bookingOf = (number: number) => ({
  bookingId: `booking-${number}`,
  ownerId: `owner-${number}`,
  seekerId: `seeker-${number}`,
  occurredAt: new Date().toISOString(),
  eventId: `event-${number}`,
});
