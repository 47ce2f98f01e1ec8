import { z } from "zod";
import { eventIdSchema } from "../../chat/acts/booking-event.ts";
import { createBookingTypes, type TypeAlias, typePattern } from "../../chat/booking-type.ts";
import { backendIdSchema } from "../../chat/ids.ts";
import type { Topic } from "../documents/asyncapi.ts";
import { type BookingField, bookingFields, contentNames, fieldNames, typeNames } from "./names.ts";

const bookingId = backendIdSchema.meta({ description: "The booking's id" });

const sentTime = z
  .union([
    z.iso.datetime({ offset: true }),
    z.string().regex(/^\d{4}-\d\d-\d\d .*(?:[zZ]|[+-]\d\d:\d\d)$|^(?:\d{10}|\d{13}|\d{16})(?:\.\d+)?$/),
    z.number().min(0).lt(1e17),
    z.object({ $date: z.unknown() }),
  ])
  .meta({
    id: "SentTime",
    description:
      "RFC 3339, with `Z` or any other offset, in any precision, or epoch seconds, milliseconds or microseconds, also as digits in a text; kept to the millisecond. A time without a zone and an array are refused. Its name is one of `occurredAt`, `occurred_at`, `timestamp`, `time`",
  })
  .nullish();
const sentId = z
  .union([
    backendIdSchema,
    z.number().multipleOf(1).min(0),
    z.object({ $oid: backendIdSchema }),
    z.object({ $numberLong: backendIdSchema }),
  ])
  .meta({ id: "SentId", description: "Text, a whole number (its digits), or MongoDB's extended JSON" });
const sentEventId = z.union([eventIdSchema, z.object({ $oid: z.string() })]).nullish();
const json = z.string().meta({ contentMediaType: "application/json", description: "The same as JSON in a text" });

type Type = "approved" | "cancelled";
const titles = { approved: "BookingApproved", cancelled: "BookingCancelled" };

/** The fields, with their names in camelCase and in snake_case. */
const fieldsOf = (type: Type) => {
  const person = type === "approved" ? sentId : sentId.nullish();
  const schemas = {
    bookingId: sentId,
    ownerId: person,
    seekerId: person,
    occurredAt: sentTime,
    eventId: sentEventId,
    reason: z.string().nullish(),
  } satisfies Record<BookingField, z.ZodType>;
  const [, , ...otherTimes] = fieldNames.occurredAt;
  const named = (form: 0 | 1) =>
    z.object({
      ...Object.fromEntries(bookingFields.map((field) => [fieldNames[field].at(form) ?? field, schemas[field]])),
      ...Object.fromEntries(otherTimes.map((name) => [name, sentTime])),
    });
  return { camel: named(0).meta({ id: titles[type] }), snake: named(1).meta({ id: `${titles[type]}Snake` }) };
};

/** The forms that a booking event may have. Each form needs the fields of its type, whatever wraps them. */
const bookingRecord = (type: Type, aliases: readonly TypeAlias[]): z.ZodType => {
  const name = z.string().regex(typePattern(type, aliases));
  const { camel, snake } = fieldsOf(type);
  const fields = z.union([camel, snake, json]).meta({ id: `${titles[type]}Fields` });
  const attributes = {
    specversion: z.literal("1.0"),
    id: z.string().meta({ description: "Stands in for a missing `eventId`" }),
    source: z.string(),
    type: name,
    time: sentTime.meta({ description: "Stands in for a missing `occurredAt`" }),
    subject: z.string().optional(),
    datacontenttype: z.string().optional(),
  };
  const names = z
    .object(Object.fromEntries(typeNames.map((one) => [one, name.nullish()])))
    .meta({ id: `${titles[type]}Names`, description: "The names of the type, if it is not the topic's" });
  return z
    .union([
      z.intersection(z.union([camel, snake]), names).meta({ description: "As it is, also with `ce_` headers" }),
      ...contentNames.map((content) =>
        z
          .intersection(names, z.object({ [content]: fields }))
          .meta({ description: "Wrapped; with `schema` beside `payload` it is Kafka Connect's envelope" }),
      ),
      z
        .intersection(names, z.object({ aggregateId: sentId }))
        .meta({ description: "Any of these without a `bookingId`, for which `aggregateId` stands in" }),
      z.object({ ...attributes, data: fields }).meta({ description: "A structured CloudEvent" }),
      z
        .object({ ...attributes, data_base64: z.base64().meta({ description: "The fields as JSON, in bytes" }) })
        .meta({ description: "A structured CloudEvent that carries bytes" }),
      json,
    ])
    .meta({ id: `${titles[type]}Record` });
};

const bookingHeaders = z.object({
  "content-type": z.string().optional().meta({
    description:
      "`application/json`, or `application/cloudevents+json` for a structured CloudEvent; both are recognised without it",
  }),
  ce_type: z.string().optional().meta({ description: "The type; it comes before every other name of the type" }),
  ...Object.fromEntries(
    typeNames.map((name) => [
      name,
      z
        .string()
        .optional()
        .meta({ description: "The type if the value has no such field; quotes around it are ignored" }),
    ]),
  ),
  id: z.string().optional().meta({ description: "Stands in for a missing `eventId`, after `ce_id`" }),
  ce_id: z.string().optional().meta({ description: "Stands in for a missing `eventId`" }),
  ce_time: z
    .string()
    .optional()
    .meta({ description: "Stands in for a missing `occurredAt`: RFC 3339, with any other offset, in any precision" }),
});

const summary =
  "Bookings of the booking service, key = bookingId: as they are, wrapped as `{ type, data }` (both `application/json`), or as CloudEvents 1.0, structured (`application/cloudevents+json`) or binary (`application/json` with `ce_` headers). Also `eventType` and `event_type` for `type` (or a header of that name), `payload` and `message` for `data`, any of it as JSON in a text, Kafka Connect's `{ schema, payload }`, Confluent's five bytes or a byte order mark before the JSON, and names in snake_case. Events that come twice or out of order do no harm.";

/**
 * The topics of bookings. A topic's name decides whether it has approvals, which name both people, or cancellations, which
 * need not. A topic with another name has both; the type's name distinguishes them.
 */
export const bookingTopics = (topics: readonly string[], aliases: readonly TypeAlias[]): Record<string, Topic> => {
  const approved = bookingRecord("approved", aliases);
  const cancelled = bookingRecord("cancelled", aliases);
  const meaningOf = createBookingTypes(aliases);
  const recordOf = (topic: string): z.ZodType => {
    const meaning = meaningOf(topic);
    if (meaning === "approved") return approved;
    return meaning === "cancelled" ? cancelled : z.union([approved, cancelled]);
  };
  return Object.fromEntries(
    topics.map((topic) => [topic, { summary, key: bookingId, headers: bookingHeaders, schema: recordOf(topic) }]),
  );
};
