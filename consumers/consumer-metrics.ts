import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { type RejectReason, rejectReasons } from "../src/contract/bookings/dead-letters.ts";
import { watchDependencies } from "../src/process/dependency-gauge.ts";
import { createRelayMetrics } from "./relay/relay-metrics.ts";
import type { SourceMetrics } from "./source/source-metrics.ts";
import { createUploadMetrics } from "./uploads/upload-metrics.ts";
import { createUserDataMetrics } from "./user-data/user-data-metrics.ts";

/** Reports the outcome of a booking event. */
export type BookingMetrics = {
  handled(outcome: "applied" | "known", tookMs: number, sinceWrittenMs: number): void;
  rejected(reason: RejectReason): void;
  skipped(): void;
};

/**
 * The metrics of the consumers, on a separate registry. Times are in seconds, as is usual in Prometheus. Kafka's metrics
 * exist from the start, so that a process that never reaches Kafka is visible: for `topics`, without a value.
 */
export const createConsumerMetrics = (topics: string[] = []) => {
  const registry = new Registry();
  // With the default resolution of 10 ms, the measurement would be most of the work of an idle event loop.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 500 });
  const lastSuccess = lastSuccesses(registry);
  return {
    registry,
    booking: bookingMetrics(registry),
    source: sourceMetrics(registry, topics, lastSuccess.set),
    wrote: () => lastSuccess.set("write"),
    watch: watchDependencies(registry),
    relay: createRelayMetrics(registry),
    uploads: createUploadMetrics(registry),
    userData: createUserDataMetrics(registry),
  };
};

const bookingMetrics = (registry: Registry): BookingMetrics => {
  const registers = [registry];
  const events = new Counter({
    name: "chat_booking_events_total",
    help: "Booking events by outcome; rejected ones with the reason",
    labelNames: ["outcome", "reason"],
    registers,
  });
  // An alert on an increase does not see the first one of a series that was not there before.
  for (const reason of rejectReasons) events.inc({ outcome: "rejected", reason }, 0);
  const took = new Histogram({
    name: "chat_booking_event_duration_seconds",
    help: "Time from receiving a booking event until its effect is durable",
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30],
    registers,
  });
  const age = new Histogram({
    name: "chat_booking_event_age_seconds",
    help: "Time from writing a booking event's record until its effect is durable here",
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

/** When Kafka last answered: even a process that no longer reaches Kafka can report it. */
const lastSuccesses = (registry: Registry) => {
  const gauge = new Gauge({
    name: "chat_kafka_last_success_timestamp_seconds",
    help: "When Kafka last answered this process (read), and when it last allowed it to write (write); 0: never",
    labelNames: ["operation"],
    registers: [registry],
  });
  for (const operation of ["read", "write"]) gauge.set({ operation }, 0);
  return { set: (operation: "read" | "write"): void => gauge.set({ operation }, Date.now() / 1_000) };
};

const sourceMetrics = (registry: Registry, topics: string[], succeeded: (operation: "read") => void): SourceMetrics => {
  const registers = [registry];
  const counter = (name: string, help: string): Counter => new Counter({ name, help, registers });
  const pauses = counter(
    "chat_kafka_pauses_total",
    "How often a partition was paused because a record had to be tried again",
  );
  const joins = counter("chat_kafka_rebalances_total", "How often this process got a share of the partitions");
  const restarts = counter(
    "chat_kafka_consumer_restarts_total",
    "How often the consumer ended by itself and was recreated",
  );
  const labelNames = ["topic", "partition"];
  const lag = new Gauge({
    name: "chat_kafka_lag_records",
    help: "Unhandled records of this process's partitions, also while a partition waits",
    labelNames,
    registers,
  });
  const oldest = oldestWaiting(registry, labelNames);
  let isInGroup = (): boolean => false;
  const inGroup: Gauge = new Gauge({
    name: "chat_consumer_joined",
    help: "1 while this process is a member of its group",
    registers,
    collect: () => inGroup.set(isInGroup() ? 1 : 0),
  });
  for (const topic of topics) lag.set({ topic, partition: "unknown" }, Number.NaN);
  return {
    reached: () => succeeded("read"),
    paused: () => pauses.inc(),
    joined: () => {
      joins.inc();
      lag.reset();
      oldest.reset();
    },
    restarted: () => restarts.inc(),
    lag: (topic, partition, records) => lag.set({ topic, partition: String(partition) }, records),
    oldestWaiting: oldest.set,
    watchPauses: (count) => {
      registry.registerMetric(waitingPartitions(count));
    },
    watchJoined: (isJoined) => {
      isInGroup = isJoined;
    },
  };
};

const waitingPartitions = (count: () => number): Gauge =>
  new Gauge({
    name: "chat_kafka_partitions_waiting",
    help: "Partitions that are paused until their next record is tried again",
    registers: [],
    collect() {
      this.set(count());
    },
  });

/** An age is computed when it is scraped: it grows while nothing else happens. */
const oldestWaiting = (registry: Registry, labelNames: string[]) => {
  const since = new Map<string, { topic: string; partition: string; at: Date | null }>();
  const gauge = new Gauge({
    name: "chat_kafka_oldest_waiting_seconds",
    help: "Age of the oldest unhandled record of a partition; 0 if there is none",
    labelNames,
    registers: [],
    collect() {
      this.reset();
      for (const { at, ...labels } of since.values()) {
        this.set(labels, at === null ? 0 : Math.max(0, Date.now() - at.getTime()) / 1_000);
      }
    },
  });
  registry.registerMetric(gauge);
  return {
    reset: () => since.clear(),
    set: (topic: string, partition: number, at: Date | null): void => {
      since.set(`${topic}/${partition}`, { topic, partition: String(partition), at });
    },
  };
};
