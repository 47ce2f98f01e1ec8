import type { ApplyBookingEvent } from "../src/chat/apply-booking-event.ts";
import type { BookingEvent } from "../src/chat/booking-event.ts";
import type { Logger } from "../src/logger.ts";
import type { BookingMetrics } from "./consumer-metrics.ts";
import type { DeadLetters } from "./dead-letter.ts";
import { decode, type Rejection } from "./decode.ts";
import type { PlanWork } from "./handle-batch.ts";
import type { ReceivedRecord } from "./received-record.ts";

type Parts = {
  applyBookingEvent: ApplyBookingEvent;
  deadLetters: DeadLetters;
  metrics: BookingMetrics;
  logger: Logger;
};

/**
 * A booking event's way: receive, decide and save, broadcast, confirm. The source confirms what resolves here; a throw
 * means "again". What can never succeed is passed only when the dead letters have it.
 */
export const createBookingConsumer = ({ applyBookingEvent, deadLetters, metrics, logger }: Parts): PlanWork => {
  const reject = async (record: ReceivedRecord, rejection: Rejection): Promise<void> => {
    await deadLetters.put(record, rejection);
    metrics.rejected(rejection.reason);
    const { topic, partition, offset } = record;
    logger.warn({ topic, partition, offset, reason: rejection.reason }, "a record went to the dead letters");
  };

  const apply = async (record: ReceivedRecord, event: BookingEvent): Promise<void> => {
    const began = performance.now();
    const result = await applyBookingEvent(event);
    if (result.outcome === "rejected") {
      return reject(record, { reason: "booking_conflict", detail: result.error.message });
    }
    const sinceWrittenMs = Date.now() - (record.writtenAt?.getTime() ?? Date.now());
    metrics.handled(result.outcome, performance.now() - began, sinceWrittenMs);
  };

  return (record) => {
    const decoded = decode(record);
    switch (decoded.kind) {
      case "event":
        return { lane: decoded.event.bookingId, run: () => apply(record, decoded.event) };
      case "rejected":
        return { lane: null, run: () => reject(record, decoded) };
      case "skipped":
        return { lane: null, run: async () => metrics.skipped() };
    }
  };
};
