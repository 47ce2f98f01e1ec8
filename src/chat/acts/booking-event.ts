import { z } from "zod";
import { givenTimeSchema } from "../given-time.ts";
import { givenIdSchema, wholeNumberSchema } from "../ids.ts";
import { cleanText, longestReason } from "../log/content.ts";

/** An event of the booking service about a booking. A cancellation need not name the people. */
export type BookingEvent = {
  type: "approved" | "cancelled";
  bookingId: string;
  ownerId?: string | undefined;
  seekerId?: string | undefined;
  /** When it happened; the newest one decides. */
  occurredAt: Date;
  /** The event's own id, which identifies a repeat. */
  eventId?: string | undefined;
  reason?: string | undefined;
};

/** How far an event's time may be ahead of ours or of its record's, since clocks differ. */
export const mostClockSkewMs = 5 * 60_000;

// A reason is for people to read. One that is too long is truncated, since the event itself is valid. An empty one counts as none.
const reason = z
  .string("text, such as why it was cancelled")
  .nullish()
  .meta({ description: `Cut after ${longestReason} characters` })
  .transform(
    (text) =>
      Array.from(cleanText(text ?? ""))
        .slice(0, longestReason)
        .join("") || undefined,
  );
// A missing value and an explicit null mean the same, since many JSON writers send every field.
const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);

const eventIdText = "text of 1 to 256 characters, or a whole number";
/** An event's id; a whole number counts as its digits, as for every id. */
export const eventIdSchema = z
  .union([z.string().min(1, eventIdText).max(256, eventIdText), wholeNumberSchema(eventIdText)], eventIdText)
  .transform(String);

type People = { ownerId?: string | undefined; seekerId?: string | undefined };
const areTwo = ({ ownerId, seekerId }: People) => ownerId === undefined || ownerId !== seekerId;
const areTwoError = { path: ["seekerId"], message: "the owner and the seeker are two people" };

/** The fields of `booking.approved`. Other fields are ignored. */
export const approvedSchema = z
  .object({
    bookingId: givenIdSchema,
    ownerId: givenIdSchema,
    seekerId: givenIdSchema,
    occurredAt: optional(givenTimeSchema),
    eventId: optional(eventIdSchema),
    reason,
  })
  .refine(areTwo, areTwoError);

/** The fields of `booking.cancelled`. */
export const cancelledSchema = z
  .object({
    bookingId: givenIdSchema,
    ownerId: optional(givenIdSchema),
    seekerId: optional(givenIdSchema),
    occurredAt: optional(givenTimeSchema),
    eventId: optional(eventIdSchema),
    reason,
  })
  .refine(areTwo, areTwoError);

/**
 * The key of an event's entry in the log, by which a repeat finds it: the event's own id, or its time if it has no id.
 */
export const eventKey = ({ type, eventId: id, occurredAt }: BookingEvent): string =>
  id === undefined ? `booking.${type} at ${occurredAt.toISOString()}` : `booking.${type} event ${id}`;
