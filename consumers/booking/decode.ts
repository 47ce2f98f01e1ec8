import {
  approvedSchema,
  type BookingEvent,
  cancelledSchema,
  mostClockSkewMs,
} from "../../src/chat/acts/booking-event.ts";
import type { TypeMeaning } from "../../src/chat/booking-type.ts";
import type { ReceivedRecord } from "../source/received-record.ts";
import { describeProblems, readFields } from "./event-fields.ts";
import { believedTime } from "./event-time.ts";
import { readHeaders } from "./headers.ts";
import { readValue } from "./read-value.ts";
import type { Rejection, RejectReason } from "./rejection.ts";
import { type Fields, noHeaders, own, type Unwrapped, unwrap } from "./unwrap.ts";

/** An event, or why there is none: `rejected` is for people to look at, `skipped` is none of our business. */
export type Decoded =
  | { kind: "event"; event: BookingEvent }
  | ({ kind: "rejected" } & Rejection)
  | { kind: "skipped"; type: string };

/** Reads anything without throwing; the record's key is not needed. */
export type Decode = (record: ReceivedRecord) => Decoded;

type Parts = {
  /** As `createBookingTypes` makes it. */
  meaningOf: (name: string) => TypeMeaning;
  now: () => Date;
};

const longestDetail = 1_000;

const rejected = (reason: RejectReason, detail: string): Decoded => ({
  kind: "rejected",
  reason,
  detail: detail.slice(0, longestDetail),
});

const typeNames = ["eventType", "event_type", "type"];

/** All that names the type in one object and beside it, in the order in which it is asked. Empty text names none. */
const namesIn = (layer: Fields, headers: Map<string, string>): unknown[] =>
  typeNames
    .flatMap((name) => [own(layer, name), headers.get(name.toLowerCase())])
    .filter((name) => name !== undefined && (typeof name !== "string" || name.trim() !== ""));

/** What the outermost object that names a type names. Headers stand beside the outermost of all. */
const namesOf = ({ nest }: Unwrapped, headers: Map<string, string>): unknown[] => {
  const told = headers.get("ce_type");
  if (told !== undefined) return [told];
  const all = nest.map((layer, index) => namesIn(layer, index === 0 ? headers : noHeaders));
  return all.find((names) => names.length > 0) ?? [];
};

/** What a record tells us. */
export const createDecode = ({ meaningOf, now }: Parts): Decode => {
  const isOurs = (name: string): boolean => ["approved", "cancelled"].includes(meaningOf(name));

  /** The first name that is ours, or the first that may be, or the first of all. */
  const decide = (names: readonly string[]): string | undefined =>
    names.find(isOurs) ?? names.find((name) => meaningOf(name) === "unclear") ?? names[0];

  const decodeType = (name: string, go: (type: BookingEvent["type"]) => Decoded): Decoded => {
    const meaning = meaningOf(name);
    if (meaning === "approved" || meaning === "cancelled") return go(meaning);
    if (meaning !== "unclear") return { kind: "skipped", type: name };
    const advice = "name it booking.approved or booking.cancelled, or add its name to BOOKING_TYPE_ALIASES";
    return rejected("unknown_type", `the type speaks of a booking and is none that is known: ${advice}`);
  };

  /** Where the headers alone say that it is none of our business: on a shared topic others' events need not be JSON. */
  const decodeHeaders = (headers: Map<string, string>): Decoded | null => {
    const told = headers.get("ce_type");
    if (told === undefined || isOurs(told)) return null;
    return decodeType(told, () => rejected("unknown_type", ""));
  };

  const unreadable = (rejection: Rejection, headers: Map<string, string>): Decoded => {
    const name = decide(namesIn({}, headers).map(String));
    if (name !== undefined && ["other", "ignored"].includes(meaningOf(name))) return { kind: "skipped", type: name };
    return { kind: "rejected", ...rejection };
  };

  const decodeEvent = (
    type: BookingEvent["type"],
    unwrapped: Unwrapped,
    headers: Map<string, string>,
    record: ReceivedRecord,
  ): Decoded => {
    if (unwrapped.problem !== null) return rejected("wrong_shape", unwrapped.problem);
    const read = readFields(unwrapped, headers);
    const parsed = (type === "approved" ? approvedSchema : cancelledSchema).safeParse(read.fields);
    if (!parsed.success || read.problems.length > 0) {
      return rejected("wrong_shape", describeProblems(parsed.error, read, unwrapped));
    }
    return { kind: "event", event: { ...parsed.data, type, ...timeAndId(parsed.data, record, now()) } };
  };

  return (record) => {
    const headers = readHeaders(record.headers);
    const early = decodeHeaders(headers);
    if (early !== null) return early;
    const value = readValue(record.value);
    if ("reason" in value) return unreadable(value, headers);
    const unwrapped = unwrap(value.json, headers);
    const names = namesOf(unwrapped, headers);
    const texts = names.filter((name) => typeof name === "string");
    const name = names.length === 0 ? record.topic : decide(texts);
    if (name === undefined) return rejected("wrong_shape", "type: expected text, such as booking.approved");
    if (names.length === 0 && meaningOf(name) === "other") {
      return rejected("wrong_shape", "type: missing, and the topic's name tells none: send it as type");
    }
    return decodeType(name, (type) => decodeEvent(type, unwrapped, headers, record));
  };
};

type Told = { occurredAt?: Date | undefined; eventId?: string | undefined };

/**
 * An event cannot be younger than its record; one that claims so would decide against all that come after it. A record
 * whose own time cannot be believed is as old as this moment: its place stands in for the event's id, so that a repeat
 * at a later moment is known.
 */
const timeAndId = ({ occurredAt, eventId }: Told, record: ReceivedRecord, now: Date): Told & { occurredAt: Date } => {
  const believed = believedTime(record.writtenAt, now);
  const written = believed ?? now;
  const isYounger = occurredAt !== undefined && occurredAt.getTime() > written.getTime() + mostClockSkewMs;
  const place = `record ${record.topic} ${record.partition} ${record.offset}`;
  return {
    occurredAt: occurredAt === undefined || isYounger ? written : occurredAt,
    eventId: eventId ?? (believed === null ? place : undefined),
  };
};
