import { createDecode, type Decode } from "../../consumers/booking/decode.ts";
import type { ReceivedRecord } from "../../consumers/source/received-record.ts";
import { createBookingTypes, type TypeAlias } from "../../src/chat/booking-type.ts";

/** The consumers' reading of a record, a minute after `aRecord` was written. */
export const decodeWith = ({ aliases = [], now = "2026-11-22T10:01:00.000Z" }: DecodeOptions = {}): Decode =>
  createDecode({ meaningOf: createBookingTypes(aliases), now: () => new Date(now) });
type DecodeOptions = { aliases?: TypeAlias[]; now?: string };

export const decode = decodeWith();

type Overrides = Partial<Omit<ReceivedRecord, "value">> & { value?: unknown };

const toBuffer = (value: unknown): Buffer | null => {
  if (value === null || Buffer.isBuffer(value)) return value;
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
};

/** What an approval says, of two people. */
export const anApproval = (overrides: object = {}) => ({
  bookingId: "booking-1",
  ownerId: "owner-1",
  seekerId: "seeker-1",
  occurredAt: "2026-11-22T10:00:00.000Z",
  eventId: "event-1",
  ...overrides,
});

/** A record of `booking.approved`, written at 10:00. What is not text or bytes becomes JSON. */
export const aRecord = ({ value = anApproval(), ...overrides }: Overrides = {}): ReceivedRecord => ({
  topic: "booking.approved",
  partition: 0,
  offset: "0",
  writtenAt: new Date("2026-11-22T10:00:00.000Z"),
  key: null,
  headers: {},
  value: toBuffer(value),
  ...overrides,
});
