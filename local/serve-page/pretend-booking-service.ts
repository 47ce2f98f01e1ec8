import { randomUUID } from "node:crypto";
import { z } from "zod";
import { backendIdSchema } from "../../src/chat/ids.ts";

/** The part of the Kafka publisher that is needed here: it rejects unless the broker acknowledged. */
export interface BookingEventPublisher {
  publish(record: { topic: string; key: string; value: string }): Promise<void>;
}

/** A booking event as it was published. */
export interface PublishedBookingEvent {
  readonly topic: string;
  readonly eventId: string;
  readonly occurredAt: string;
}

/** The body that "Approve" and "Cancel booking" send. */
export const bookingPressSchema = z.object({
  bookingId: backendIdSchema,
  ownerId: backendIdSchema,
  seekerId: backendIdSchema,
  reason: z.string().trim().min(1).max(500).optional(),
});

/**
 * Replaces the booking service in the local stack: publishes `booking.approved` and `booking.cancelled`
 * like the real one, as one JSON record with the booking's id as key. `publish` rejects if Kafka did not accept it.
 */
export function createPretendBookingService({
  publisher,
  bookingTopics,
}: {
  publisher: BookingEventPublisher;
  bookingTopics: readonly string[];
}) {
  return {
    async publish(
      act: "approved" | "cancelled",
      press: z.infer<typeof bookingPressSchema>,
    ): Promise<PublishedBookingEvent> {
      const type = `booking.${act}`;
      const topic = topicFor(act, bookingTopics);
      const event = { ...press, occurredAt: new Date().toISOString(), eventId: randomUUID() };
      // On a topic with both types, or with another name, only the wrapper tells them apart.
      const value = JSON.stringify(topic === type ? event : { type, data: event });
      await publisher.publish({ topic, key: press.bookingId, value });
      return { topic, eventId: event.eventId, occurredAt: event.occurredAt };
    },
  };
}

function topicFor(act: string, topics: readonly string[]): string {
  const topic = topics.find((name) => name.includes(act)) ?? topics[0];
  if (topic === undefined) throw new Error("no booking topic is configured");
  return topic;
}
