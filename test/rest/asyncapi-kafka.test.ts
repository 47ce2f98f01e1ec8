import { type MessageInterface, Parser } from "@asyncapi/parser";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { createDeadLetters } from "../../consumers/booking/dead-letter.ts";
import { markOf } from "../../consumers/dlq/letter.ts";
import type { NewRecord } from "../../consumers/kafka/publisher.ts";
import { readEvent } from "../../consumers/relay/chat-event.ts";
import { createBookingTypes } from "../../src/chat/booking-type.ts";
import type { RejectReason } from "../../src/contract/bookings/dead-letters.ts";
import { asyncEvents } from "../../src/contract/documents/async-events.ts";
import { createAsyncApi } from "../../src/contract/documents/asyncapi.ts";
import { bookingShapes } from "../support/booking-shapes.ts";
import { aRecord, decode } from "../support/records.ts";

const document = createAsyncApi(
  asyncEvents({
    typeAliases: [],
    attachmentHosts: ["images.example.com"],
    topics: {
      booking: ["booking.approved", "booking.cancelled", "bookings"],
      bookingDlq: "booking.dlq",
      chatEvents: "chat.events",
    },
  }),
);

type Json = Record<string, unknown>;
const people = { ownerId: "o-1", seekerId: "s-1" };
const approval = { bookingId: "b-1", ...people };
const cancellation = { bookingId: "b-1" };
const chatId = "65f0c0ffee0000000000c0de";

const cloudEvent = (type: string, data: Json): Json => ({
  specversion: "1.0",
  id: "1",
  source: "/bookings",
  type,
  time: "2026-11-22T11:15:00+01:00",
  data,
});

/** The ways to send the same fields. A `ce_type` of binary CloudEvents stands in the headers, so not here. */
const forms: Record<string, (type: string, fields: Json) => Json> = {
  plain: (_type, fields) => fields,
  "plain with a type": (type, fields) => ({ type, ...fields }),
  wrapped: (type, fields) => ({ type, data: fields }),
  "a CloudEvent": cloudEvent,
};

const messages: Record<string, MessageInterface> = {};
beforeAll(async () => {
  // The parser follows all references, so a message's schemas stand on their own.
  const parsed = await new Parser().parse(JSON.stringify(document));
  for (const message of parsed.document?.allMessages().all() ?? []) messages[message.id()] = message;
});

const messageOf = (id: string): MessageInterface => {
  const message = messages[id];
  if (message === undefined) throw new Error(`no message ${id}`);
  return message;
};
const accepts = (schema: { json(): object } | undefined, value: unknown): boolean =>
  z.fromJSONSchema(z.record(z.string(), z.unknown()).parse(schema?.json())).safeParse(value).success;
const taken = (topic: string, value: unknown): boolean => accepts(messageOf(`kafka.${topic}`).payload(), value);
const keyOf = (id: string): unknown => messageOf(id).bindings().get("kafka")?.json();

test.each(Object.entries(bookingShapes).filter(([, { bytes }]) => bytes === undefined))(
  "the AsyncAPI document takes the shape of the guide: %s",
  (_name, { shown, onSharedTopic, headers = {} }) => {
    const topic = onSharedTopic === true ? "bookings" : "booking.approved";
    expect(taken(topic, JSON.parse(shown))).toBe(true);
    expect(accepts(messageOf(`kafka.${topic}`).headers(), headers)).toBe(true);
  },
);

const typeNamesTable = [
  "approved",
  "com.lyvo.booking.approved",
  "com.lyvo.BookingsApprovedEvent",
  "booking.approved.v1",
  "booking.approved.v1.0",
  "booking.v2.approved",
  "bookings.approved",
  "BOOKING_APPROVED",
  "bookingapprovedevents",
  '"booking.approved"',
  "booking.canceled",
  "booking_cancelled",
  "BookingCancelledEvent",
  "payment.approved",
  "payment.cancelled",
  "amended",
  "booking.approval",
  "unapproved",
];

describe("a booking in the AsyncAPI document", () => {
  describe.each(Object.entries(forms))("sent as %s", (_form, write) => {
    test.each([
      ["booking.approved", "booking.approved", approval, true],
      ["booking.approved", "booking.approved", cancellation, false],
      ["booking.approved", "booking.approved", { ...cancellation, ownerId: "o-1" }, false],
      ["booking.cancelled", "booking.cancelled", cancellation, true],
      ["booking.cancelled", "booking.cancelled", people, false],
    ])("on %s as %s with %j is taken or refused as the consumers do", (topic, type, fields, good) => {
      const value = write(type, fields);
      expect(decode(aRecord({ topic, value: JSON.stringify(value) })).kind).toBe(good ? "event" : "rejected");
      expect(taken(topic, value)).toBe(good);
    });
  });

  test.each(Object.entries(forms).filter(([form]) => form !== "plain"))(
    "sent as %s on a topic of both is told by its type",
    (_form, write) => {
      const values = [
        write("booking.approved", approval),
        write("booking.approved", cancellation),
        write("booking.cancelled", cancellation),
      ];
      const kinds = values.map((value) => decode(aRecord({ topic: "bookings", value: JSON.stringify(value) })).kind);
      expect(kinds).toEqual(["event", "rejected", "event"]);
      expect(values.map((value) => taken("bookings", value))).toEqual([true, false, true]);
    },
  );

  test.each(typeNamesTable)("has %s as a type just where the consumers take it", (type) => {
    const meaning = createBookingTypes([])(type);
    for (const means of ["approved", "cancelled"]) {
      const fields = means === "approved" ? approval : cancellation;
      expect([means, taken(`booking.${means}`, { ...fields, type })]).toEqual([means, meaning === means]);
    }
  });

  test("says which content types and headers there are, and that the key is the booking's id", () => {
    const message = messageOf("kafka.booking.approved");
    for (const type of ["application/json", "application/cloudevents+json"]) expect(message.summary()).toContain(type);
    const { properties } = z.object({ properties: z.record(z.string(), z.unknown()) }).parse(message.headers()?.json());
    expect(Object.keys(properties)).toEqual([
      "content-type",
      "ce_type",
      "eventType",
      "event_type",
      "type",
      "id",
      "ce_id",
      "ce_time",
    ]);
    expect(keyOf("kafka.booking.approved")).toMatchObject({
      key: { type: "string", pattern: expect.stringContaining("{1,128}"), description: "The booking's id" },
      bindingVersion: "0.5.0",
    });
  });

  test("may have times with any offset and in any precision, and says so", () => {
    const described = JSON.stringify(document.components.messages["kafka.booking.approved"]);
    expect(described).not.toContain("UTC, with milliseconds");
    expect(JSON.stringify(document.components.schemas["BookingApproved"])).toContain("/SentTime");
    expect(document.components.schemas["SentTime"]?.["description"]).toContain("any other offset, in any precision");
    for (const time of ["2026-11-22T11:15:00+01:00", "2026-11-22T10:15:00Z", "2026-11-22T10:15:00.123456Z"]) {
      expect(decode(aRecord({ value: JSON.stringify({ ...approval, occurredAt: time }) })).kind).toBe("event");
      expect(taken("booking.approved", { ...approval, occurredAt: time })).toBe(true);
      expect(taken("booking.approved", { ...cloudEvent("booking.approved", approval), time })).toBe(true);
    }
  });
});

describe("a chat event in the AsyncAPI document", () => {
  const { value } = readEvent(
    { chatId, role: "owner", seq: 3, at: new Date("2026-11-22T10:15:00.000Z") },
    { id: chatId, bookingId: "b-1", participants: people },
  );
  const event: Json = z.record(z.string(), z.unknown()).parse(JSON.parse(value.toString()));

  test("is a CloudEvent by its content type, with the chat's id as key", () => {
    expect(messageOf("kafka.chat.events").contentType()).toBe("application/cloudevents+json");
    expect(keyOf("kafka.chat.events")).toMatchObject({
      key: { type: "string", description: "The chat's id; of `chat.user_erased` the user's" },
      bindingVersion: "0.5.0",
    });
  });

  test("is as the relay writes it", () => {
    expect(taken("chat.events", event)).toBe(true);
  });

  test.each(Object.keys(event))("always has its %s", (attribute) => {
    const { [attribute]: _, ...rest } = event;
    expect(taken("chat.events", rest)).toBe(false);
  });
});

describe("a dead letter in the AsyncAPI document", () => {
  // Does not compile when the consumers have others.
  const reasons: Record<RejectReason, true> = {
    undecodable: true,
    tombstone: true,
    too_large: true,
    not_utf8: true,
    not_json: true,
    unknown_type: true,
    wrong_shape: true,
    booking_conflict: true,
  };

  /** What is published for a record, where a topic takes no value larger than `most`. */
  const letterOf = async (reason: RejectReason, most = Infinity): Promise<NewRecord> => {
    const published: NewRecord[] = [];
    const publish = async (one: NewRecord): Promise<void> => {
      if ((one.value?.length ?? 0) > most) throw Object.assign(new Error("large"), { type: "MESSAGE_TOO_LARGE" });
      published.push(one);
    };
    const letters = createDeadLetters({ publisher: { publish }, topic: "booking.dlq" });
    await letters.put(aRecord({ value: Buffer.alloc(100_000, 97) }), { reason, detail: "why" });
    const [letter] = published;
    if (letter === undefined) throw new Error("nothing was published");
    return letter;
  };
  const headers = () => messageOf("kafka.booking.dlq").headers();

  test.each(Object.keys(reasons) as RejectReason[])("has the headers of one for %s", async (reason) => {
    expect(accepts(headers(), (await letterOf(reason)).headers)).toBe(true);
  });

  test("has no other reason, and always says why and from where", async () => {
    const { headers: whole } = await letterOf("not_json");
    expect(accepts(headers(), { ...whole, "dlq-reason": "other" })).toBe(false);
    for (const name of ["reason", "detail", "topic", "partition", "offset", "timestamp"])
      expect([name, accepts(headers(), { ...whole, [`dlq-${name}`]: undefined })]).toEqual([name, false]);
  });

  test("that was cut says how long it was, in digits", async () => {
    const { headers: cut } = await letterOf("too_large", 64 * 1024);
    expect(cut).toHaveProperty("dlq-value-bytes", "100000");
    expect(accepts(headers(), cut)).toBe(true);
    expect(accepts(headers(), { ...cut, "dlq-value-bytes": "many" })).toBe(false);
  });

  test("stands beside the marks of what became of it", () => {
    const letter = { partition: 0, offset: 7 } as Parameters<typeof markOf>[1];
    const mark = markOf("booking.dlq", letter, "redriven");
    const described = messageOf("kafka.booking.dlq.mark");
    expect(accepts(described.headers(), mark.headers)).toBe(true);
    expect(accepts(described.payload(), mark.value)).toBe(true);
    expect(accepts(headers(), mark.headers)).toBe(false);
    expect(document.channels["kafka.booking.dlq"]?.messages).toHaveProperty(["kafka.booking.dlq.mark"]);
  });

  test("may hold any bytes under any key", () => {
    expect(messageOf("kafka.booking.dlq").contentType()).toBe("application/octet-stream");
    expect(keyOf("kafka.booking.dlq")).toMatchObject({ key: { type: ["string", "null"] }, bindingVersion: "0.5.0" });
  });
});
