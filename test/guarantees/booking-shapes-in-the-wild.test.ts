import { expect, test } from "@jest/globals";
import { bookingShapes, shapeEvent } from "../support/booking-shapes.ts";
import { until } from "../support/chat-client.ts";
import { headersOf, openTestKafka } from "../support/kafka.ts";
import { openTestLog, runConsumers } from "../support/run-consumers.ts";

test("every shape of the guide makes a chat, with headers and bytes as published", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  await using consumers = await runConsumers(kafka);
  await using log = await openTestLog(consumers.mongodbUri);
  const { approved: topic } = kafka.topics;
  const shapes = Object.values(bookingShapes);
  for (const [index, { shown, bytes, headers }] of shapes.entries()) {
    // Each shape names the same booking, so each gets one of its own.
    const named = (text: string): string => text.replaceAll("b-1", `b-1-${index}`);
    const value = bytes === undefined ? Buffer.from(named(shown)) : Buffer.from(named(bytes.toString()));
    await kafka.publish({ topic, key: `b-1-${index}`, value, headers: headers ?? {} });
  }
  await until(async () => (await kafka.committedCount(topic)) === shapes.length);
  for (const [index, { event }] of shapes.entries()) {
    const { bookingId = `b-1-${index}`, ownerId, seekerId } = { ...shapeEvent, bookingId: undefined, ...event };
    const chat = await log.chatOf(bookingId);
    expect([index, chat?.card]).toEqual([
      index,
      expect.objectContaining({ status: "active", participants: { ownerId, seekerId } }),
    ]);
    expect(chat?.entries.at(-1)?.state.bookingAt).toEqual(shapeEvent.occurredAt);
  }
});

test("near misses become dead letters with advice, aliases are accepted, and other types are skipped", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  const aliases = "booking.confirmed=approved,booking.approval.requested=ignored";
  await using consumers = await runConsumers(kafka, { env: { BOOKING_TYPE_ALIASES: aliases } });
  await using log = await openTestLog(consumers.mongodbUri);
  const { approved: topic, dlq } = kafka.topics;
  const publish = (type: string, more: object = {}): Promise<void> => {
    const fields = { bookingId: type, ownerId: "o", seekerId: "s", occurredAt: "2026-11-22T10:00:00Z", ...more };
    return kafka.publish({ topic, key: type, value: JSON.stringify({ eventType: type, payload: fields }) });
  };
  await publish("booking.approval");
  await publish("booking.approval.requested");
  await publish("payment.approved");
  await publish("BookingConfirmedEvent.v2", { occurredAt: 1_795_341_600 });
  await publish("booking.approved", { occurredAt: "2026-11-22T10:00:00" });
  await publish("booking.cancellation");
  await until(async () => (await kafka.committedCount(topic)) === 6);
  expect((await log.chatOf("BookingConfirmedEvent.v2"))?.card.status).toBe("active");
  const letters = (await kafka.read(dlq, 3)).map(headersOf);
  expect(letters.map((headers) => headers["dlq-reason"] ?? "").toSorted()).toEqual([
    "unknown_type",
    "unknown_type",
    "wrong_shape",
  ]);
  for (const { "dlq-detail": detail } of letters) expect(detail).toMatch(/BOOKING_TYPE_ALIASES|end it with Z/);
  expect(await consumers.metric('chat_booking_events_total{outcome="skipped",reason=""}')).toBe(2);
  expect(await consumers.metric('chat_booking_events_total{outcome="rejected",reason="unknown_type"}')).toBe(2);
});
