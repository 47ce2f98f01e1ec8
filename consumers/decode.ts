import { approvedSchema, type BookingEvent, cancelledSchema, mostClockSkewMs } from "../src/chat/booking-event.ts";
import { fieldErrors } from "../src/chat/parse.ts";
import { bookingTypeOf } from "./booking-type.ts";
import { readHeaders } from "./headers.ts";
import type { ReceivedRecord } from "./received-record.ts";
import { type Unwrapped, unwrap, withStandIns } from "./unwrap.ts";

/** Why a record can never succeed. Short and few: they are names in metrics and in dead letters. */
export type RejectReason = "tombstone" | "too_large" | "not_utf8" | "not_json" | "wrong_shape" | "booking_conflict";

export type Rejection = { reason: RejectReason; detail: string };

/** An event, or why there is none: `rejected` is for people to look at, `skipped` is none of our business. */
export type Decoded =
  | { kind: "event"; event: BookingEvent }
  | ({ kind: "rejected" } & Rejection)
  | { kind: "skipped"; type: string };

/** An event is a few hundred bytes; what is larger than this is something else, and is not even parsed. */
export const mostValueBytes = 1024 * 1024;
const longestDetail = 1_000;

const utf8 = new TextDecoder("utf-8", { fatal: true });

const rejected = (reason: RejectReason, detail: string): Decoded => ({
  kind: "rejected",
  reason,
  detail: detail.slice(0, longestDetail),
});

/** What a record tells us. Reads anything without throwing; the record's key is not needed. */
export const decode = (record: ReceivedRecord): Decoded => {
  const { value } = record;
  const headers = readHeaders(record.headers);
  const told = headers.get("ce_type");
  // None of our business whatever it holds: on a shared topic others' events need not be JSON.
  if (told !== undefined && bookingTypeOf(told) === null) return { kind: "skipped", type: told };
  if (value === null) return rejected("tombstone", "the record has no value");
  if (value.length > mostValueBytes) return rejected("too_large", `${value.length} bytes`);
  let text: string;
  try {
    text = utf8.decode(value);
  } catch {
    return rejected("not_utf8", "the value is not UTF-8");
  }
  try {
    return decodeJson(unwrap(JSON.parse(text), headers), record);
  } catch (error) {
    return rejected("not_json", error instanceof SyntaxError ? "the value is not JSON" : "the value cannot be read");
  }
};

const decodeJson = (unwrapped: Unwrapped, record: ReceivedRecord): Decoded => {
  const name = typeName(unwrapped, record.topic);
  if (name === null) return rejected("wrong_shape", "type: expected text");
  const type = bookingTypeOf(name);
  if (type === null) {
    return unwrapped.type === undefined
      ? rejected("wrong_shape", "type: missing, and the topic's name tells none")
      : { kind: "skipped", type: name };
  }
  return decodeEvent(type, unwrapped, record);
};

const typeName = ({ type }: Unwrapped, topic: string): string | null => {
  if (type === undefined) return topic;
  return typeof type === "string" ? type : null;
};

const decodeEvent = (type: BookingEvent["type"], unwrapped: Unwrapped, record: ReceivedRecord): Decoded => {
  if (unwrapped.fields === undefined) return rejected("wrong_shape", "data: missing");
  const schema = type === "approved" ? approvedSchema : cancelledSchema;
  const parsed = schema.safeParse(withStandIns(unwrapped));
  if (!parsed.success) {
    const errors = fieldErrors(parsed.error).map(({ path, message }) => `${path || "value"}: ${message}`);
    return rejected("wrong_shape", errors.join("; "));
  }
  return { kind: "event", event: { ...parsed.data, type, occurredAt: occurredAt(parsed.data.occurredAt, record) } };
};

// An event cannot be younger than its record; one that claims so would decide against all that come after it.
const occurredAt = (claimed: Date | undefined, { writtenAt }: ReceivedRecord): Date => {
  const written = writtenAt ?? new Date();
  if (claimed === undefined) return written;
  return claimed.getTime() > written.getTime() + mostClockSkewMs ? written : claimed;
};
