import type { ApplyBookingEvent } from "../../src/chat/acts/apply-booking-event.ts";
import type { BookingEvent } from "../../src/chat/acts/booking-event.ts";
import type { Logger } from "../../src/process/logger.ts";
import type { BookingMetrics } from "../consumer-metrics.ts";
import type { PlanWork } from "../source/handle-records.ts";
import type { ReceivedRecord } from "../source/received-record.ts";
import type { DeadLetters } from "./dead-letter.ts";
import type { Decode } from "./decode.ts";
import { believedTime } from "./event-time.ts";
import type { Rejection } from "./rejection.ts";

type Parts = {
  decode: Decode;
  applyBookingEvent: ApplyBookingEvent;
  deadLetters: DeadLetters;
  metrics: BookingMetrics;
  logger: Logger;
};

const conflictAdvice =
  "They never change: look whether the two are swapped, or give the new pair a booking of its own.";

/**
 * Handles a booking event: receive, decide and save, broadcast, confirm. If this resolves, the source confirms the
 * record; a throw means "try again". A record that can never succeed is confirmed only when it is in the dead letters.
 */
export const createBookingConsumer = ({ decode, applyBookingEvent, deadLetters, metrics, logger }: Parts): PlanWork => {
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
      return reject(record, { reason: "booking_conflict", detail: `${result.error.message} ${conflictAdvice}` });
    }
    const now = new Date();
    const sinceWrittenMs = now.getTime() - (believedTime(record.writtenAt, now) ?? now).getTime();
    metrics.handled(result.outcome, performance.now() - began, sinceWrittenMs);
  };

  return (record) => {
    const { undecodable } = record;
    if (undecodable) {
      return { orderedBy: null, run: () => reject(record, { reason: "undecodable", detail: undecodable.detail }) };
    }
    const decoded = decode(record);
    switch (decoded.kind) {
      case "event":
        return { orderedBy: decoded.event.bookingId, run: () => apply(record, decoded.event) };
      case "rejected":
        return { orderedBy: null, run: () => reject(record, decoded) };
      case "skipped":
        return { orderedBy: null, run: async () => metrics.skipped() };
    }
  };
};
