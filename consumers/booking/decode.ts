import {
  approvedSchema,
  type BookingEvent,
  cancelledSchema,
  mostClockSkewMs,
} from "../../src/chat/acts/booking-event.ts";
import type { TypeMeaning } from "../../src/chat/booking-type.ts";
import type { RejectReason } from "../../src/contract/bookings/dead-letters.ts";
import { typeNames } from "../../src/contract/bookings/names.ts";
import type { ReceivedRecord } from "../source/received-record.ts";
import { describeProblems, readFields } from "./event-fields.ts";
import { believedTime } from "./event-time.ts";
import { readHeaders } from "./headers.ts";
import { readValue } from "./read-value.ts";
import type { Rejection } from "./rejection.ts";
import { type Fields, noHeaders, own, type Unwrapped, unwrap } from "./unwrap.ts";

/** An event, or why there is none: `rejected` is for people to look at, `skipped` does not concern us. */
export type Decoded =
  | { kind: "event"; event: BookingEvent }
  | ({ kind: "rejected" } & Rejection)
  | { kind: "skipped"; type: string };

/** Decodes anything without throwing; does not need the record's key. */
export type Decode = (record: ReceivedRecord) => Decoded;

type Parts = {
  /** Made by `createBookingTypes`. */
  meaningOf: (name: string) => TypeMeaning;
  now: () => Date;
};

const longestDetail = 1_000;

const rejected = (reason: RejectReason, detail: string): Decoded => ({
  kind: "rejected",
  reason,
  detail: detail.slice(0, longestDetail),
});

/** All type names in one object and its attributes, in the order of precedence. Empty text counts as none. */
const namesIn = (layer: Fields, headers: Map<string, string>): unknown[] =>
  typeNames
    .flatMap((name) => [own(layer, name), headers.get(name.toLowerCase())])
    .filter((name) => name !== undefined && (typeof name !== "string" || name.trim() !== ""));

/** The type names of the outermost object that has any. Headers count with the outermost object of all. */
const namesOf = ({ nest }: Unwrapped, headers: Map<string, string>): unknown[] => {
  const told = headers.get("ce_type");
  if (told !== undefined) return [told];
  const all = nest.map((layer, index) => namesIn(layer, index === 0 ? headers : noHeaders));
  return all.find((names) => names.length > 0) ?? [];
};

/** Decodes a record. */
export const createDecode = ({ meaningOf, now }: Parts): Decode => {
  const isOurs = (name: string): boolean => ["approved", "cancelled"].includes(meaningOf(name));

  /** The first known name, or else the first that may be a known one, or else the first. */
  const decide = (names: readonly string[]): string | undefined =>
    names.find(isOurs) ?? names.find((name) => meaningOf(name) === "unclear") ?? names[0];

  const decodeType = (name: string, go: (type: BookingEvent["type"]) => Decoded): Decoded => {
    const meaning = meaningOf(name);
    if (meaning === "approved" || meaning === "cancelled") return go(meaning);
    if (meaning !== "unclear") return { kind: "skipped", type: name };
    const advice = "name it booking.approved or booking.cancelled, or add its name to BOOKING_TYPE_ALIASES";
    return rejected("unknown_type", `the type speaks of a booking and is none that is known: ${advice}`);
  };

  /** If the headers show that the record does not concern us: on a shared topic, other events need not be JSON. */
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

type Claimed = { occurredAt?: Date | undefined; eventId?: string | undefined };

/**
 * An event cannot be younger than its record; with such a claim it would win over all later events. A record whose own
 * time is implausible counts as written now: its place replaces a missing event id, so that a repeat at a later moment is
 * recognised.
 */
const timeAndId = (
  { occurredAt, eventId }: Claimed,
  record: ReceivedRecord,
  now: Date,
): Claimed & { occurredAt: Date } => {
  const believed = believedTime(record.writtenAt, now);
  const written = believed ?? now;
  const isYounger = occurredAt !== undefined && occurredAt.getTime() > written.getTime() + mostClockSkewMs;
  const place = `record ${record.topic} ${record.partition} ${record.offset}`;
  return {
    occurredAt: occurredAt === undefined || isYounger ? written : occurredAt,
    eventId: eventId ?? (believed === null ? place : undefined),
  };
};
