import { describe, expect, test } from "@jest/globals";
import { mostValueBytes } from "../../consumers/booking/read-value.ts";
import { anApproval, aRecord, decode } from "../support/records.ts";

const event = {
  type: "approved",
  bookingId: "booking-1",
  ownerId: "owner-1",
  seekerId: "seeker-1",
  occurredAt: new Date("2026-11-22T10:00:00.000Z"),
  eventId: "event-1",
};
const { occurredAt: _1, eventId: _2, ...bare } = anApproval();
const cloudEvent = {
  specversion: "1.0",
  id: "ce-1",
  source: "/bookings",
  type: "com.lyvo.booking.approved",
  time: "2026-11-22T09:59:00+00:00",
  data: bare,
};
const fromCloudEvent = { ...event, eventId: "ce-1", occurredAt: new Date("2026-11-22T09:59:00.000Z") };

describe("the shapes an event comes in", () => {
  test.each([
    ["as it is", aRecord(), event],
    ["with more fields", aRecord({ value: anApproval({ villa: { id: 7 }, constructor: 1 }) }), event],
    ["wrapped", aRecord({ topic: "bookings", value: { type: "booking.approved", data: anApproval() } }), event],
    [
      "wrapped, its id and time outside",
      aRecord({ value: { type: "approved", eventId: "event-1", occurredAt: "2026-11-22T10:00:00Z", data: bare } }),
      event,
    ],
    ["a structured CloudEvent", aRecord({ topic: "bookings", value: cloudEvent }), fromCloudEvent],
    [
      "a structured CloudEvent that only its header tells",
      aRecord({
        topic: "bookings",
        value: { ...cloudEvent, specversion: undefined },
        headers: { "Content-Type": Buffer.from("application/cloudevents+json; charset=UTF-8") },
      }),
      fromCloudEvent,
    ],
    [
      "a structured CloudEvent whose data is in base64",
      aRecord({
        topic: "bookings",
        value: { ...cloudEvent, data: undefined, data_base64: Buffer.from(JSON.stringify(bare)).toString("base64") },
      }),
      fromCloudEvent,
    ],
    [
      "a structured CloudEvent whose data knows better",
      aRecord({ value: { ...cloudEvent, data: anApproval() } }),
      event,
    ],
    ["as it is, with a field that CloudEvents have", aRecord({ value: anApproval({ specversion: "2" }) }), event],
    [
      "a binary CloudEvent",
      aRecord({
        topic: "bookings",
        value: bare,
        headers: {
          ce_specversion: "1.0",
          CE_Type: Buffer.from("booking.approved"),
          ce_id: ["ce-1", "another"],
          ce_time: Buffer.from("2026-11-22T09:59:00Z"),
        },
      }),
      fromCloudEvent,
    ],
    ["with a byte order mark", aRecord({ value: `\uFEFF${JSON.stringify(anApproval())}` }), event],
    ["with nulls for what is absent", aRecord({ value: anApproval({ reason: null }) }), event],
  ])("%s", (_, record, expected) => {
    const decoded = decode(record);
    expect(decoded).toMatchObject({ kind: "event", event: expected });
  });

  test("a cancellation need not name the people", () => {
    const record = aRecord({ topic: "booking.cancelled", value: { bookingId: "b", reason: "changed plans" } });
    expect(decode(record)).toMatchObject({
      kind: "event",
      event: { type: "cancelled", bookingId: "b", reason: "changed plans" },
    });
  });
});

describe("an event's type", () => {
  const typeOf = (record: Parameters<typeof decode>[0]) => {
    const decoded = decode(record);
    return decoded.kind === "event" ? decoded.event.type : decoded.kind;
  };

  test("comes from ce_type, then type, then the topic's name", () => {
    const headers = { ce_type: "booking.cancelled" };
    const value = anApproval({ type: "booking.approved" });
    expect(typeOf(aRecord({ headers, value }))).toBe("cancelled");
    expect(typeOf(aRecord({ value, topic: "booking.cancelled" }))).toBe("approved");
    expect(typeOf(aRecord({ topic: "staging.booking.cancelled" }))).toBe("cancelled");
  });

  test.each([
    ["booking.approved", "approved"],
    ["BOOKING.APPROVED", "approved"],
    ["com.lyvo.booking.approved", "approved"],
    ["com.lyvo.booking.approved.v1", "approved"],
    ["booking_approved", "approved"],
    ["BookingApproved", "approved"],
    ["approved", "approved"],
    ["booking.cancelled", "cancelled"],
    ["booking.canceled", "cancelled"],
    ["canceled", "cancelled"],
    ["booking.amended", "skipped"],
    ["payment.approved", "skipped"],
    ["booking.approved.reminder", "rejected"],
    ["unapproved", "skipped"],
    ["__proto__", "skipped"],
    ["constructor", "skipped"],
    ["x".repeat(100_000), "skipped"],
  ])("%.40s → %s", (type, expected) => {
    expect(typeOf(aRecord({ value: { type, data: anApproval() } }))).toBe(expected);
  });

  test.each([
    ["bytes", Buffer.from([0, 1, 255])],
    ["nothing", null],
    ["text", "hello"],
    ["much", Buffer.alloc(2_000_000)],
  ])("of others in a header is skipped, whatever the value is: %s", (_, value) => {
    expect(decode(aRecord({ value, headers: { ce_type: "booking.moved" } }))).toEqual({
      kind: "skipped",
      type: "booking.moved",
    });
  });

  test("that nothing tells is for people to look at, not to be passed over", () => {
    expect(decode(aRecord({ topic: "bookings" }))).toMatchObject({ kind: "rejected", reason: "wrong_shape" });
  });
});

describe("when it happened", () => {
  const occurredAt = (claimed: unknown, writtenAt: Date | null = new Date("2026-11-22T10:00:00.000Z")) => {
    const decoded = decode(aRecord({ value: anApproval({ occurredAt: claimed }), writtenAt }));
    return decoded.kind === "event" ? decoded.event.occurredAt.toISOString() : decoded;
  };

  test("is as old as its record where it does not say", () => {
    expect(occurredAt(undefined)).toBe("2026-11-22T10:00:00.000Z");
    expect(occurredAt(null)).toBe("2026-11-22T10:00:00.000Z");
  });

  test("may be five minutes younger than its record, and no more", () => {
    expect(occurredAt("2026-11-22T10:05:00.000Z")).toBe("2026-11-22T10:05:00.000Z");
    expect(occurredAt("2026-11-22T10:05:00.001Z")).toBe("2026-11-22T10:00:00.000Z");
    expect(occurredAt("9999-12-31T23:59:59.999Z")).toBe("2026-11-22T10:00:00.000Z");
  });

  test("may be as old as it likes, in any zone", () => {
    expect(occurredAt("2020-01-01T00:00:00+02:00")).toBe("2019-12-31T22:00:00.000Z");
  });

  test("is now where neither the event nor the record says", () => {
    expect(occurredAt(undefined, null)).toBe("2026-11-22T10:01:00.000Z");
  });
});

describe("what can never succeed", () => {
  test.each([
    ["a tombstone", aRecord({ value: null }), "tombstone"],
    ["nothing at all", aRecord({ value: "" }), "not_json"],
    ["text", aRecord({ value: "hello" }), "not_json"],
    ["half of JSON", aRecord({ value: '{"bookingId":"b"' }), "not_json"],
    ["bytes that are no text", aRecord({ value: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) }), "not_utf8"],
    ["another character set", aRecord({ value: Buffer.from('{"bookingId":"Zoë"}', "latin1") }), "not_utf8"],
    ["too much", aRecord({ value: Buffer.alloc(mostValueBytes + 1, 32) }), "too_large"],
    ["deeper than anybody needs", aRecord({ value: `${"[".repeat(400_000)}${"]".repeat(400_000)}` }), "wrong_shape"],
    ["null", aRecord({ value: "null" }), "wrong_shape"],
    ["a number", aRecord({ value: "1" }), "wrong_shape"],
    ["a list of events", aRecord({ value: [anApproval()] }), "wrong_shape"],
    ["no booking", aRecord({ value: { ownerId: "a", seekerId: "b" } }), "wrong_shape"],
    ["nobody", aRecord({ value: { bookingId: "b" } }), "wrong_shape"],
    ["a fraction as an id", aRecord({ value: anApproval({ bookingId: 1.5 }) }), "wrong_shape"],
    ["an operator as an id", aRecord({ value: anApproval({ ownerId: { $ne: null } }) }), "wrong_shape"],
    ["an id too long", aRecord({ value: anApproval({ bookingId: "x".repeat(129) }) }), "wrong_shape"],
    ["one person on both sides", aRecord({ value: anApproval({ seekerId: "owner-1" }) }), "wrong_shape"],
    ["no time that is one", aRecord({ value: anApproval({ occurredAt: "yesterday" }) }), "wrong_shape"],
    ["a time that no unit of an epoch fits", aRecord({ value: anApproval({ occurredAt: 1e17 }) }), "wrong_shape"],
    ["a type that is no text", aRecord({ value: { type: 5, data: anApproval() } }), "wrong_shape"],
    ["a CloudEvent without data", aRecord({ value: { ...cloudEvent, data: undefined } }), "wrong_shape"],
    ["a CloudEvent with text as data", aRecord({ value: { ...cloudEvent, data: "x" } }), "wrong_shape"],
    [
      "people who are only inherited",
      aRecord({ value: '{"bookingId":"b","__proto__":{"ownerId":"a","seekerId":"c"}}' }),
      "wrong_shape",
    ],
  ])("%s", (_, record, reason) => {
    expect(decode(record)).toMatchObject({ kind: "rejected", reason });
  });

  test("is told in few words, without what was sent", () => {
    const decoded = decode(aRecord({ value: anApproval({ ownerId: "secret person", bookingId: 1.5 }) }));
    expect(decoded).toMatchObject({ detail: expect.stringContaining("bookingId: ") });
    expect(JSON.stringify(decoded)).not.toContain("secret person");
  });
});
