/** The fields and headers that can name an event's type; the first that is present counts. */
export const typeNames = ["eventType", "event_type", "type"] as const;

/** The fields that can contain a wrapped event; the first that is present counts. */
export const contentNames = ["payload", "data", "message"] as const;

/** The names of each field, in camelCase, in snake_case, and others; the first that is present counts. */
export const fieldNames = {
  bookingId: ["bookingId", "booking_id", "aggregateId", "aggregate_id"],
  ownerId: ["ownerId", "owner_id"],
  seekerId: ["seekerId", "seeker_id"],
  occurredAt: ["occurredAt", "occurred_at", "timestamp", "time"],
  eventId: ["eventId", "event_id"],
  reason: ["reason"],
} as const;

export type BookingField = keyof typeof fieldNames;

export const bookingFields: readonly BookingField[] = [
  "bookingId",
  "ownerId",
  "seekerId",
  "occurredAt",
  "eventId",
  "reason",
];
