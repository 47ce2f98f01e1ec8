import { z } from "zod";
import type { Topic } from "./asyncapi.ts";
import { approvedSchema, cancelledSchema } from "./chat/booking-event.ts";
import { backendIdSchema } from "./chat/ids.ts";

// The names that the consumers know, in small letters. A topic's name tells the type where a record does not.
const approvedName = /^(?:(?:.*[._:/-])?booking[._:/-]?)?approved(?:[._-]v\d+)?$/;
const cancelledName = /^(?:(?:.*[._:/-])?booking[._:/-]?)?cancell?ed(?:[._-]v\d+)?$/;

const takenTime = z.iso.datetime({ offset: true }).meta({
  description:
    "RFC 3339, with `Z` or any other offset, in any precision; stands in for a missing `occurredAt`, kept to the millisecond",
});
const bookingId = backendIdSchema.meta({ description: "The booking's id" });

/** The forms a booking event may have; each asks for the fields of its type, however they are wrapped. */
const bookingRecord = <F extends z.ZodObject>(name: RegExp, fields: F) => {
  const type = z.string().regex(name);
  const attributes = {
    specversion: z.literal("1.0"),
    id: z.string().meta({ description: "Stands in for a missing `eventId`" }),
    source: z.string(),
    type,
    time: takenTime.optional(),
    subject: z.string().optional(),
    datacontenttype: z.string().optional(),
  };
  return z.union([
    fields.safeExtend({ type: type.optional() }).meta({ description: "As it is, also with `ce_` headers" }),
    z.object({ type, data: fields }).meta({ description: "Wrapped" }),
    z.object({ ...attributes, data: fields }).meta({ description: "A structured CloudEvent" }),
    z
      .object({ ...attributes, data_base64: z.base64().meta({ description: "The fields as JSON, in bytes" }) })
      .meta({ description: "A structured CloudEvent that carries bytes" }),
  ]);
};

const approvedRecord = bookingRecord(approvedName, approvedSchema.meta({ id: "BookingApproved" }));
const cancelledRecord = bookingRecord(cancelledName, cancelledSchema.meta({ id: "BookingCancelled" }));

const recordOf = (topic: string): z.ZodType => {
  if (approvedName.test(topic.toLowerCase())) return approvedRecord;
  if (cancelledName.test(topic.toLowerCase())) return cancelledRecord;
  return z.union([approvedRecord, cancelledRecord]);
};

const bookingHeaders = z.object({
  "content-type": z.string().optional().meta({
    description:
      "`application/json`, or `application/cloudevents+json` for a structured CloudEvent; both are known without it",
  }),
  ce_type: z.string().optional().meta({ description: "Tells the type before `type` and the topic's name do" }),
  ce_id: z.string().optional().meta({ description: "Stands in for a missing `eventId`" }),
  ce_time: takenTime.optional(),
});

/**
 * A topic of bookings. By its name it carries approvals, which name both people, or cancellations, which need not; any
 * other name carries both, told apart by `type` or `ce_type`.
 */
export const bookingTopic = (topic: string): Topic => ({
  summary:
    "Bookings of the booking service, key = bookingId: as they are, wrapped as `{ type, data }` (both `application/json`), or as CloudEvents 1.0, structured (`application/cloudevents+json`) or binary (`application/json` with `ce_` headers). Repeats and disorder are harmless.",
  key: bookingId,
  headers: bookingHeaders,
  schema: recordOf(topic),
});

// What the consumers say of a record that they reject.
const rejectReasons = ["tombstone", "too_large", "not_utf8", "not_json", "wrong_shape", "booking_conflict"] as const;

const wholeNumber = z.string().regex(/^\d+$/);

const letterHeaders = z.object({
  "dlq-reason": z.enum(rejectReasons).meta({
    description:
      "`tombstone`: no value. `too_large`: more than 1 MB. `not_utf8`, `not_json`. `wrong_shape`: no type, or a field that is missing or wrong. `booking_conflict`: the booking is known with other people.",
  }),
  "dlq-detail": z.string().meta({ description: "What is wrong, for people: the fields, or the size" }),
  "dlq-topic": z.string().meta({ description: "Where the record came from" }),
  "dlq-partition": wholeNumber.meta({ description: "The record's partition in that topic" }),
  "dlq-offset": wholeNumber.meta({ description: "The record's offset in that partition" }),
  "dlq-timestamp": z.iso.datetime().meta({ description: "The record's own time: RFC 3339, UTC, with milliseconds" }),
  "dlq-value-bytes": wholeNumber.optional().meta({
    description: "Only where the topic did not take the whole: how long the value was before it was cut",
  }),
});

const markHeaders = z.object({
  "dlq-mark": z.enum(["redriven", "discarded"]),
  "dlq-mark-offset": wholeNumber.meta({ description: "The letter's offset, in the partition of the mark" }),
});

/** The topic of the dead letters, which `npm run dlq` reads, redrives and marks. */
export const deadLetterTopic: Topic = {
  summary:
    "Booking records that can never succeed, with key, value and headers as they came, plus `dlq-reason`, `dlq-detail`, `dlq-topic`, `dlq-partition`, `dlq-offset` and `dlq-timestamp`. A value that the topic does not take whole is cut: `dlq-value-bytes` says how long it was.",
  contentType: "application/octet-stream",
  key: z.string().nullable().meta({ description: "As it came: the booking's id, where the record had one" }),
  headers: letterHeaders,
  schema: z.unknown().meta({ description: "The value's bytes as they came; often no JSON" }),
  others: {
    mark: {
      summary: "What became of a letter that stands before it in the same partition: it was redriven, or discarded.",
      key: z.null(),
      headers: markHeaders,
      schema: z.null(),
    },
  },
};
