import { describe, expect, test } from "@jest/globals";
import { read } from "../repository/sources.ts";
import { bookingShapes, shapeEvent } from "../support/booking-shapes.ts";
import { anApproval, aRecord, decode, decodeWith } from "../support/records.ts";

const guide = read("docs/booking-service.md");
const cell = (text: string): string => text.trim().replaceAll("\\|", "|");

/** The rows of the table whose head has these words first. */
const rowsOf = (head: string): string[][] => {
  const [, rest = ""] = guide.split(`| ${head} |`);
  const lines = rest.split("\n").slice(2);
  const end = lines.findIndex((line) => !line.startsWith("|"));
  return lines.slice(0, end).map((line) => line.split("|").slice(1, -1).map(cell));
};

const headersShown = (headers: Record<string, string> = {}): string =>
  Object.entries(headers)
    .map(([name, value]) => `\`${name}: ${value}\``)
    .join(" ");

describe("each shape of docs/booking-service.md", () => {
  test("has its fixture here, with the same value and headers", () => {
    const fixtures = Object.entries(bookingShapes).map(([name, { shown, headers }]) => [
      name,
      `\`${shown}\``,
      headersShown(headers),
    ]);
    expect(rowsOf("shape")).toEqual(fixtures);
  });

  test.each(Object.entries(bookingShapes))("is taken: %s", (_name, { shown, bytes, headers, onSharedTopic, event }) => {
    const topic = onSharedTopic === true ? "bookings" : "booking.approved";
    const decoded = decode(aRecord({ topic, value: bytes ?? shown, headers: headers ?? {} }));
    expect(decoded).toEqual({
      kind: "event",
      event: { eventId: undefined, reason: undefined, ...shapeEvent, ...event },
    });
  });
});

const value = anApproval();
const { bookingId: _1, ...nameless } = value;
const { occurredAt: _2, ...timeless } = value;

describe("shapes in shapes are taken as well", () => {
  test.each<[string, object]>([
    ["a text in a text", { value: JSON.stringify(JSON.stringify(JSON.stringify(value))) }],
    ["a byte order mark in a text", { value: { type: "approved", data: `\uFEFF${JSON.stringify(value)}` } }],
    ["Connect around a wrapping", { value: { schema: null, payload: { type: "approved", data: value } } }],
    [
      "Connect around a CloudEvent",
      { value: { schema: null, payload: { specversion: "1.0", type: "approved", data: value } } },
    ],
    [
      "a CloudEvent whose data is JSON in a text",
      { value: { specversion: "1.0", type: "approved", data: JSON.stringify(value) } },
    ],
    [
      "Confluent's bytes before a byte order mark",
      { value: Buffer.from(`\0\0\0\0\x01\uFEFF${JSON.stringify(value)}`) },
    ],
    ["a text for people beside the fields", { value: { ...value, message: "Approved!" } }],
    ["a text for people beside the payload", { value: { message: "Approved!", payload: value } }],
    ["data of another kind beside the fields", { value: { ...value, data: { ownerId: "nobody" } } }],
    ["the booking outside, the people inside", { value: { bookingId: "booking-1", payload: nameless } }],
    ["the time outside", { value: { occurred_at: value.occurredAt, data: timeless } }],
    ["nulls outside", { value: { bookingId: null, type: null, data: value } }],
    ["an empty type", { value: { ...value, type: " " } }],
    [
      "empty headers, as of a redriven dead letter",
      { value, headers: { id: "", ce_type: "", ce_id: "", ce_time: "" } },
    ],
    ["empty headers and no eventId", { value: { ...value, eventId: null }, headers: { id: "", ce_id: " " } }],
    ["empty headers and no time", { value: timeless, headers: { ce_time: "", type: "" } }],
  ])("%s", (_name, overrides) => {
    expect(decode(aRecord(overrides))).toMatchObject({
      kind: "event",
      event: { bookingId: "booking-1", ownerId: "owner-1" },
    });
  });

  test("as deep as anybody needs, and no deeper", () => {
    const wrapped = (times: number): object => (times === 0 ? value : { data: wrapped(times - 1) });
    expect(decode(aRecord({ value: wrapped(6) })).kind).toBe("event");
    expect(decode(aRecord({ value: wrapped(50) }))).toMatchObject({ kind: "rejected", reason: "wrong_shape" });
    let text = JSON.stringify(value);
    for (let times = 0; times < 12; times += 1) text = JSON.stringify(text);
    expect(decode(aRecord({ value: text }))).toMatchObject({ kind: "rejected", reason: "wrong_shape" });
  });
});

describe("what names the type", () => {
  const typeOf = (overrides: object, aliases?: Parameters<typeof decodeWith>[0]) => {
    const decoded = decodeWith(aliases)(aRecord({ topic: "bookings", ...overrides }));
    if (decoded.kind === "event") return decoded.event.type;
    return decoded.kind === "rejected" ? decoded.reason : decoded.kind;
  };

  test.each([
    ["eventType before type", { value: { ...value, eventType: "booking.cancelled", type: "approved" } }, "cancelled"],
    [
      "a name of ours before a field named type",
      { value: { ...value, type: "villa" }, headers: { eventType: "BookingApproved" } },
      "approved",
    ],
    ["a header of the same name", { headers: { type: '"booking.cancelled"' } }, "cancelled"],
    ["ce_type before all", { headers: { ce_type: "booking.cancelled", eventType: "booking.approved" } }, "cancelled"],
    [
      "the outermost that names one",
      { value: { type: "booking.moved", data: { ...value, type: "approved" } } },
      "skipped",
    ],
    [
      "the inside where nothing outside does",
      { value: { schema: {}, payload: { ...value, type: "approved" } } },
      "approved",
    ],
    ["nobody", {}, "wrong_shape"],
    ["a topic that is a near miss", { topic: "booking.approval" }, "unknown_type"],
    [
      "a header, of others, beside what is no JSON",
      { value: Buffer.from([0, 1, 2]), headers: { type: "payment.done" } },
      "skipped",
    ],
    ["a header, of ours, beside what is no JSON", { value: "x", headers: { type: "booking.approved" } }, "not_json"],
  ])("is %s", (_name, overrides, expected) => {
    expect(typeOf(overrides)).toBe(expected);
  });

  test.each([
    "booking.approval",
    "BookingApprovalRequested",
    "booking.cancellation",
    "booking.cancel",
    "approval",
    "RoomBookingApproved",
    "approved_booking",
    "booking.not-approved",
    "booking.aproved",
    `${"x".repeat(300)}.booking.approved`,
  ])("is unclear where it is %.60s, and goes to the dead letters, not into silence", (type) => {
    expect(typeOf({ value: { ...value, type } })).toBe("unknown_type");
    expect(typeOf({ headers: { ce_type: type } })).toBe("unknown_type");
    expect(typeOf({ headers: { event_type: type } })).toBe("unknown_type");
  });

  test("may be an alias, compared as our own names are", () => {
    const aliases = [
      { name: "reservation.confirmed", means: "approved" as const },
      { name: "confirmed", means: "approved" as const },
      { name: "BookingRevokedEvent", means: "cancelled" as const },
      { name: "booking.approval.requested", means: "ignored" as const },
    ];
    const named = (type: string) => typeOf({ value: { ...value, type } }, { aliases });
    for (const type of ["reservation.confirmed", "com.lyvo.ReservationsConfirmedEvent", "RESERVATION_CONFIRMED.v2"]) {
      expect([type, named(type)]).toEqual([type, "approved"]);
    }
    expect(["confirmed", "booking.confirmed", "payment.confirmed"].map(named)).toEqual([
      "approved",
      "approved",
      "skipped",
    ]);
    expect(["booking.revoked", "BookingApprovalRequestedEvent", "booking.approved"].map(named)).toEqual([
      "cancelled",
      "skipped",
      "approved",
    ]);
  });
});

describe("an event's id", () => {
  const idOf = (overrides: object) => {
    const decoded = decode(aRecord(overrides));
    return decoded.kind === "event" ? decoded.event.eventId : decoded.kind;
  };
  const { eventId: _, ...bare } = value;

  test("is its own before that of the wrapping, and that before the headers'", () => {
    const headers = { id: "header", ce_id: "ce" };
    expect(idOf({ headers })).toBe("event-1");
    expect(idOf({ value: { specversion: "1.0", id: "attribute", type: "approved", data: bare }, headers })).toBe(
      "attribute",
    );
    expect(idOf({ value: bare, headers })).toBe("ce");
    expect(idOf({ value: bare, headers: { id: '"quoted"' } })).toBe("quoted");
    expect(idOf({ value: { ...bare, event_id: 7 } })).toBe("7");
    expect(idOf({ value: bare })).toBeUndefined();
  });
});

describe("a record's own time", () => {
  const writtenOn = (writtenAt: string, now = "2026-11-22T10:01:00.000Z") => {
    const { occurredAt: _, eventId: __, ...rest } = value;
    const decoded = decodeWith({ now })(aRecord({ value: rest, writtenAt: new Date(writtenAt), offset: "7" }));
    return decoded.kind === "event" ? [decoded.event.occurredAt.toISOString(), decoded.event.eventId] : decoded;
  };
  const now = "2026-11-22T10:01:00.000Z";

  test("counts from 2010 up to five minutes ahead of now", () => {
    for (const good of ["2010-01-01T00:00:00.000Z", "2026-11-22T10:06:00.000Z"])
      expect(writtenOn(good)).toEqual([good, undefined]);
  });

  test("counts as this moment outside of that, and a repeat is known by the record's place", () => {
    const place = "record booking.approved 0 7";
    for (const bad of [
      "1970-01-01T00:00:00.000Z",
      "2009-12-31T23:59:59.999Z",
      "2026-11-22T10:06:00.001Z",
      "9999-01-01T00:00:00Z",
    ]) {
      expect(writtenOn(bad)).toEqual([now, place]);
    }
    expect(writtenOn("1970-01-01T00:00:00.000Z", "2026-11-22T11:00:00.000Z")).toEqual([
      "2026-11-22T11:00:00.000Z",
      place,
    ]);
  });

  test("fifty minutes ahead makes no claim of the event true", () => {
    const ahead = "2026-11-22T10:51:00.000Z";
    const decoded = decode(aRecord({ value: anApproval({ occurredAt: ahead }), writtenAt: new Date(ahead) }));
    expect(decoded).toMatchObject({ event: { occurredAt: new Date(now) } });
  });
});

describe("a time", () => {
  const timeOf = (occurredAt: unknown) => {
    const decoded = decode(aRecord({ value: anApproval({ occurredAt }) }));
    return decoded.kind === "event" ? decoded.event.occurredAt.toISOString() : decoded.kind;
  };

  test.each([
    [1_795_341_600, "2026-11-22T10:00:00.000Z"],
    [1_795_341_600.1239, "2026-11-22T10:00:00.123Z"],
    ["1795341600.5", "2026-11-22T10:00:00.500Z"],
    [1_795_341_600_123, "2026-11-22T10:00:00.123Z"],
    ["1795341600123", "2026-11-22T10:00:00.123Z"],
    [1_795_341_600_123_456, "2026-11-22T10:00:00.123Z"],
    [{ $date: { $numberLong: "1795341600123" } }, "2026-11-22T10:00:00.123Z"],
    ["2026-11-22 10:00:00+00:00", "2026-11-22T10:00:00.000Z"],
    ["2026-11-22t11:00:00.5+01:00", "2026-11-22T10:00:00.500Z"],
  ])("may be %j", (sent, expected) => {
    expect(timeOf(sent)).toBe(expected);
  });
});

describe("a near miss says how to mend it", () => {
  const { ownerId: _3, ...ownerless } = value;
  test.each<[string, object, string, string]>([
    [
      "a time without a zone",
      { value: anApproval({ occurredAt: "2026-11-22T10:00:00" }) },
      "wrong_shape",
      "occurredAt: without a zone nobody knows when that is: end it with Z",
    ],
    ["a date alone", { value: anApproval({ occurredAt: "2026-11-22" }) }, "wrong_shape", "end it with Z"],
    [
      "a time as Jackson's array",
      { value: { ...timeless, timestamp: [2026, 11, 22, 10, 0] } },
      "wrong_shape",
      "timestamp: a list of numbers has no zone",
    ],
    [
      "fourteen digits",
      { value: anApproval({ occurredAt: "20261122101500" }) },
      "wrong_shape",
      "ten, thirteen or sixteen",
    ],
    [
      "nanoseconds",
      { value: anApproval({ occurredAt: 1_795_341_600_000_000_000 }) },
      "wrong_shape",
      "epoch seconds, milliseconds or microseconds",
    ],
    ["a time before the epoch", { value: anApproval({ occurredAt: -1 }) }, "wrong_shape", "epoch seconds"],
    [
      "a time as an object",
      { value: anApproval({ occurredAt: { seconds: 1 } }) },
      "wrong_shape",
      "occurredAt: expected an RFC 3339 time",
    ],
    ["no owner", { value: ownerless }, "wrong_shape", "ownerId: missing, send it as ownerId"],
    [
      "an owner as an object",
      { value: { ...ownerless, owner: { id: "o" } } },
      "wrong_shape",
      'ownerId: missing, "owner" is there: send the id as ownerId',
    ],
    ["another case", { value: { ...ownerless, OwnerID: "o" } }, "wrong_shape", '"OwnerID" is there'],
    [
      "a name in snake_case",
      { value: { ...ownerless, owner_id: "a b" } },
      "wrong_shape",
      "owner_id: 1 to 128 characters of",
    ],
    ["a fraction as an id", { value: anApproval({ ownerId: 1.5 }) }, "wrong_shape", "or a whole number"],
    ["a negative id", { value: anApproval({ ownerId: -1 }) }, "wrong_shape", "ownerId: "],
    ["an empty eventId", { value: anApproval({ eventId: "" }) }, "wrong_shape", "eventId: text of 1 to 256 characters"],
    ["a number as reason", { value: anApproval({ reason: 5 }) }, "wrong_shape", "reason: text, such as"],
    ["dots alone", { value: anApproval({ ownerId: ".." }) }, "wrong_shape", "not dots alone"],
    [
      "Debezium's change of a row",
      { value: { before: null, after: { id: 1 }, op: "c" } },
      "wrong_shape",
      "outbox event router",
    ],
    ["a list", { value: [value] }, "wrong_shape", "one a record"],
    ["an unknown type", { value: { ...value, type: "booking.approval" } }, "unknown_type", "BOOKING_TYPE_ALIASES"],
    ["Avro", { value: Buffer.from([0, 0, 0, 0, 7, 0x0a, 0x62]) }, "not_json", "use a JSON serializer"],
    ["gzip", { value: Buffer.from([0x1f, 0x8b, 8, 0]) }, "not_utf8", "compression.type"],
    ["UTF-16", { value: Buffer.from(`\uFEFF${JSON.stringify(value)}`, "utf16le") }, "not_utf8", "UTF-8"],
    ["Java's serialization", { value: Buffer.from([0xac, 0xed, 0, 5]) }, "not_utf8", "JSON serializer"],
    ["XML", { value: "<booking/>" }, "not_json", "XML"],
    ["Python's dict", { value: "{'bookingId': 'b'}" }, "not_json", "double quotes"],
    ["a tombstone", { value: null }, "tombstone", "send the event as JSON"],
  ])("%s", (_name, overrides, reason, detail) => {
    expect(decode(aRecord(overrides))).toEqual({ kind: "rejected", reason, detail: expect.stringContaining(detail) });
  });
});
