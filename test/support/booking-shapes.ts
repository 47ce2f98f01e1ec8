import type { BookingEvent } from "../../src/chat/acts/booking-event.ts";

/** A shape that events come in. `shown`: as docs/booking-service.md shows the value, and beside it the headers. */
export type BookingShape = {
  shown: string;
  headers?: Record<string, string>;
  /** The value's bytes, where they are not the text that is shown. */
  bytes?: Buffer;
  /** One topic carries both types here, so the record has to tell its own. */
  onSharedTopic?: boolean;
  event?: Partial<BookingEvent>;
};

/** What each shape says, but for what it says otherwise. */
export const shapeEvent = {
  type: "approved",
  bookingId: "b-1",
  ownerId: "o-1",
  seekerId: "s-1",
  occurredAt: new Date("2026-11-22T10:00:00.000Z"),
} as const;

const plain = `{"bookingId":"b-1","ownerId":"o-1","seekerId":"s-1","occurredAt":"2026-11-22T10:00:00Z"}`;
const people = `"bookingId":"b-1","ownerId":"o-1","seekerId":"s-1"`;
const text = `{\\"bookingId\\":\\"b-1\\",\\"ownerId\\":\\"o-1\\",\\"seekerId\\":\\"s-1\\",\\"occurredAt\\":\\"2026-11-22T10:00:00Z\\"}`;

/** By the name that the table of shapes in docs/booking-service.md has for each. */
export const bookingShapes: Record<string, BookingShape> = {
  "as it is": { shown: plain },
  "names in snake_case": {
    shown: `{"booking_id":"b-1","owner_id":"o-1","seeker_id":"s-1","occurred_at":"2026-11-22T10:00:00Z","event_id":"e-1"}`,
    event: { eventId: "e-1" },
  },
  "`type` and `data`": { shown: `{"type":"booking.approved","data":${plain}}`, onSharedTopic: true },
  "`eventType` and `payload`": {
    shown: `{"eventType":"BookingApprovedEvent","payload":${plain}}`,
    onSharedTopic: true,
  },
  "`event_type` and `message`": { shown: `{"event_type":"bookings.approved","message":${plain}}`, onSharedTopic: true },
  "`aggregateId` for the booking": {
    shown: `{"eventType":"booking.approved.v1.0","aggregateId":"b-1","payload":{"ownerId":"o-1","seekerId":"s-1","occurredAt":"2026-11-22T10:00:00Z"}}`,
    onSharedTopic: true,
  },
  "JSON in a text": { shown: `{"eventType":"booking.approved","payload":"${text}"}`, onSharedTopic: true },
  "Debezium's outbox": {
    shown: `"${text}"`,
    headers: { id: "6f1f0c1e", eventType: `"BookingApproved"` },
    onSharedTopic: true,
    event: { eventId: "6f1f0c1e" },
  },
  "Kafka Connect": { shown: `{"schema":{"type":"struct"},"payload":${plain}}` },
  "Kafka Connect around Debezium's outbox": {
    shown: `{"schema":{"type":"string"},"payload":"${text}"}`,
    headers: { id: "6f1f0c1e", type: "BookingApproved" },
    onSharedTopic: true,
    event: { eventId: "6f1f0c1e" },
  },
  "Confluent's JSON serializer": {
    shown: `00 00 00 00 07 ${plain}`,
    bytes: Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), Buffer.from(plain)]),
  },
  "a byte order mark": { shown: `EF BB BF ${plain}`, bytes: Buffer.from(`\uFEFF${plain}`) },
  "a structured CloudEvent": {
    shown: `{"specversion":"1.0","id":"e-1","source":"/b","type":"com.lyvo.booking.approved","time":"2026-11-22T10:00:00Z","data":{${people}}}`,
    headers: { "content-type": "application/cloudevents+json" },
    onSharedTopic: true,
    event: { eventId: "e-1" },
  },
  "a binary CloudEvent": {
    shown: `{${people}}`,
    headers: { ce_type: "booking.approved", ce_id: "e-1", ce_time: "2026-11-22T10:00:00Z" },
    onSharedTopic: true,
    event: { eventId: "e-1" },
  },
  "epoch seconds": { shown: `{${people},"timestamp":1795341600}` },
  "epoch milliseconds": { shown: `{${people},"occurredAt":1795341600000}` },
  "epoch microseconds, as digits": { shown: `{${people},"time":"1795341600000000"}` },
  "whole numbers as ids": {
    shown: `{"bookingId":1042,"ownerId":7,"seekerId":9007199254740993,"occurredAt":"2026-11-22T10:00:00Z"}`,
    event: { bookingId: "1042", ownerId: "7", seekerId: "9007199254740993" },
  },
  "MongoDB's extended JSON": {
    shown: `{"bookingId":{"$oid":"65f0c0ffee0000000000c0de"},"ownerId":{"$numberLong":"7"},"seekerId":"s-1","occurredAt":{"$date":"2026-11-22T10:00:00Z"}}`,
    event: { bookingId: "65f0c0ffee0000000000c0de", ownerId: "7" },
  },
  "null for what is left out": {
    shown: `{${people},"occurredAt":"2026-11-22T10:00:00Z","eventId":null,"reason":null}`,
  },
};
