import { randomUUID } from "node:crypto";
import { z } from "zod";
import { backendIdSchema } from "../../src/chat/ids.ts";

/** The part of the Kafka publisher that is needed here: rejects unless the broker acknowledged. */
export interface BookingEventPublisher {
  publish(record: { topic: string; key: string; value: string }): Promise<void>;
}

/** What a booking event was published as. */
export interface PublishedBookingEvent {
  readonly topic: string;
  readonly eventId: string;
  readonly occurredAt: string;
}

/** The body of a press on "Approve" or "Cancel booking". */
export const bookingPressSchema = z.object({
  bookingId: backendIdSchema,
  ownerId: backendIdSchema,
  seekerId: backendIdSchema,
  reason: z.string().trim().min(1).max(500).optional(),
});

/**
 * Stands in for the booking service, which the local stack has not: publishes `booking.approved` and `booking.cancelled`
 * as the real one does, one JSON record with the booking's id as its key. `publish` rejects where Kafka did not take it.
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
      // On a topic that carries both kinds, or has another name, only the wrapping tells them apart.
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
