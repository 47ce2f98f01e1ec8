import type { z } from "zod";
import { fieldErrors } from "../../src/chat/parse.ts";
import { type BookingField, fieldNames } from "../../src/contract/bookings/names.ts";
import { readTime } from "./event-time.ts";
import { type Fields, isFields, own, type Unwrapped } from "./unwrap.ts";

type Sent = { name: string; value: unknown };

/** The fields by our names; `sent`: their original names; `problems`: what is wrong beyond the schema. */
export type EventFields = {
  fields: Record<BookingField, unknown>;
  sent: Record<BookingField, Sent | undefined>;
  problems: string[];
};

const find = (layers: readonly Fields[], names: readonly string[]): Sent | undefined => {
  for (const name of names) {
    for (const layer of layers) {
      const value = own(layer, name);
      if (value !== undefined) return { name, value };
    }
  }
  return undefined;
};

/** An id in MongoDB's extended JSON: `{ "$oid": "65f0…" }`, `{ "$numberLong": "42" }`. */
const plainId = (value: unknown): unknown =>
  isFields(value) ? (own(value, "$oid") ?? own(value, "$numberLong") ?? value) : value;

/** A time in MongoDB's extended JSON: `{ "$date": "2026-…" }`, `{ "$date": { "$numberLong": "1700000000000" } }`. */
const plainTime = (value: unknown): unknown => (isFields(value) ? plainId(own(value, "$date") ?? value) : value);

const header = (headers: Map<string, string>, name: string): Sent | undefined => {
  const value = headers.get(name);
  return value === undefined ? undefined : { name: `the header ${name}`, value };
};

/** The fields of an event under any of their names and in any form. The schema reports what is wrong with them. */
export const readFields = ({ layers, cloudEvent }: Unwrapped, headers: Map<string, string>): EventFields => {
  const attribute = cloudEvent === null ? undefined : find([cloudEvent], ["id"]);
  const sent: Record<BookingField, Sent | undefined> = {
    bookingId: find(layers, fieldNames.bookingId),
    ownerId: find(layers, fieldNames.ownerId),
    seekerId: find(layers, fieldNames.seekerId),
    occurredAt: find(layers, fieldNames.occurredAt) ?? header(headers, "ce_time"),
    eventId: find(layers, fieldNames.eventId) ?? attribute ?? header(headers, "ce_id") ?? header(headers, "id"),
    reason: find(layers, fieldNames.reason),
  };
  const { occurredAt } = sent;
  const time = occurredAt === undefined ? undefined : readTime(plainTime(occurredAt.value));
  return {
    fields: {
      bookingId: plainId(sent.bookingId?.value),
      ownerId: plainId(sent.ownerId?.value),
      seekerId: plainId(sent.seekerId?.value),
      occurredAt: time !== undefined && "time" in time ? time.time : undefined,
      eventId: plainId(sent.eventId?.value),
      reason: sent.reason?.value,
    },
    sent,
    problems: time !== undefined && "problem" in time ? [`${occurredAt?.name}: ${time.problem}`] : [],
  };
};

/** Other names of a field, in lower case and without punctuation. */
const strangers: Record<string, readonly string[]> = {
  bookingId: ["bookingid", "booking", "id", "reservationid"],
  ownerId: ["ownerid", "owner", "host", "hostid", "landlordid"],
  seekerId: ["seekerid", "seeker", "guest", "guestid", "tenantid", "userid"],
};

const adviceFor = (field: string, layers: readonly Fields[]): string => {
  const known = strangers[field] ?? [];
  const there = layers.flatMap(Object.keys).find((name) => known.includes(name.replaceAll(/[_\W]/g, "").toLowerCase()));
  return there === undefined ? `, send it as ${field}` : `, "${there}" is there: send the id as ${field}`;
};

const changeAdvice = "this is Debezium's change of a row: publish with its outbox event router";

/** Everything that is wrong with an event, as one line. It names fields and contains no values. */
export const describeProblems = (error: z.ZodError | undefined, event: EventFields, { layers }: Unwrapped): string => {
  const sentAs = new Map(Object.entries(event.sent).map(([field, found]) => [field, found?.name]));
  const told = (error === undefined ? [] : fieldErrors(error)).map(({ path, message }) => {
    const advice = message === "missing" ? adviceFor(path, layers) : "";
    return `${sentAs.get(path) ?? (path || "value")}: ${message}${advice}`;
  });
  const isChange = find(layers, ["op"]) !== undefined && find(layers, ["after", "before"]) !== undefined;
  return [...event.problems, ...told, ...(isChange ? [changeAdvice] : [])].join("; ");
};
