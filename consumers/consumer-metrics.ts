import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { RejectReason } from "./decode.ts";
import { createRelayMetrics } from "./relay/relay-metrics.ts";
import type { SourceMetrics } from "./source-metrics.ts";

/** What became of a booking event. */
export type BookingMetrics = {
  handled(outcome: "applied" | "known", tookMs: number, sinceWrittenMs: number): void;
  rejected(reason: RejectReason): void;
  skipped(): void;
};

/** The metrics of the consumers, on a registry of their own. Seconds, as Prometheus wants them. */
export const createConsumerMetrics = () => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    booking: bookingMetrics(registry),
    source: sourceMetrics(registry),
    relay: createRelayMetrics(registry),
  };
};

const bookingMetrics = (registry: Registry): BookingMetrics => {
  const registers = [registry];
  const events = new Counter({
    name: "chat_booking_events_total",
    help: "Booking events by what became of them; rejected ones with the reason",
    labelNames: ["outcome", "reason"],
    registers,
  });
  const took = new Histogram({
    name: "chat_booking_event_duration_seconds",
    help: "From taking a booking event up to its being durable",
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30],
    registers,
  });
  const age = new Histogram({
    name: "chat_booking_event_age_seconds",
    help: "From a booking event's record being written up to its being durable here",
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300, 3_600],
    registers,
  });
  return {
    handled: (outcome, tookMs, sinceWrittenMs) => {
      events.inc({ outcome, reason: "" });
      took.observe(tookMs / 1_000);
      age.observe(Math.max(0, sinceWrittenMs) / 1_000);
    },
    rejected: (reason) => events.inc({ outcome: "rejected", reason }),
    skipped: () => events.inc({ outcome: "skipped", reason: "" }),
  };
};

const sourceMetrics = (registry: Registry): SourceMetrics => {
  const registers = [registry];
  const counter = (name: string, help: string): Counter => new Counter({ name, help, registers });
  const pauses = counter("chat_kafka_pauses_total", "Times a partition waited before its next record was tried again");
  const joins = counter("chat_kafka_rebalances_total", "Times this process got its share of the partitions");
  const restarts = counter("chat_kafka_consumer_restarts_total", "Times the consumer ended unasked and was made anew");
  const lag = new Gauge({
    name: "chat_kafka_lag_records",
    help: "Records behind the newest one handled here; stands still while a partition waits",
    labelNames: ["topic", "partition"],
    registers,
  });
  return {
    paused: () => pauses.inc(),
    joined: () => {
      joins.inc();
      lag.reset();
    },
    restarted: () => restarts.inc(),
    lag: (topic, partition, records) => lag.set({ topic, partition: String(partition) }, records),
  };
};
