import { setTimeout as sleep } from "node:timers/promises";
import type { EachBatchHandler, EachBatchPayload } from "kafkajs";
import type { Logger } from "../../src/process/logger.ts";
import { LimitError } from "../kafka/with-limit.ts";
import { type BatchEnd, handleRecords, type PlanWork } from "./handle-records.ts";
import type { HangWatch } from "./hang-watch.ts";
import type { PartitionPauses } from "./partition-pauses.ts";
import type { PartitionProgress } from "./partition-progress.ts";
import { timeOf, toReceivedRecord } from "./received-record.ts";
import type { SourceMetrics } from "./source-metrics.ts";

const heartbeatEveryMs = 1_000;
/** No more records are started after this: the rest comes with the next fetch, and with it what other partitions have. */
const sliceMs = 500;
/** kafkajs fetches nothing from a broker while a partition of its is handled: one that takes longer goes on by itself. */
const patienceMs = 1_000;

type Parts = {
  plan: PlanWork;
  pauses: PartitionPauses;
  progress: PartitionProgress;
  hangs: HangWatch;
  /** Work has hung, and nothing else has ended, for too long. */
  onHang: (error: unknown) => void;
  logger: Logger;
  metrics: SourceMetrics;
  mostAtOnce: number;
  recordLimitMs: number;
  /** True ends the handling at the next record. */
  isClosing: () => boolean;
  /** Another number after each rebalance: what was fetched before may be another process's. */
  generation: () => number;
};

export type BatchHandler = {
  eachBatch: EachBatchHandler;
  /** Resolves when nothing is handled any more that `eachBatch` did not wait for. */
  settled: () => Promise<void>;
};

/**
 * kafkajs' `eachBatch`: offsets move up to the first record that is not done, and a partition whose next record must
 * come again is paused while the others go on. So is one whose records take long, until they are done. It never throws:
 * what a handler throws ends a kafkajs consumer, at once for a TypeError and the like, after a few times for anything
 * else (tulios/kafkajs#1415).
 */
export const createBatchHandler = (parts: Parts): BatchHandler => {
  const late = new Set<Promise<void>>();
  const goOnLate = async (payload: EachBatchPayload, work: Promise<BatchEnd | null>): Promise<void> => {
    const resume = payload.pause();
    try {
      const ended = await work;
      if (ended === null || ended.again === null) resume();
      if (ended !== null) await payload.commitOffsetsIfNecessary(payload.uncommittedOffsets());
    } catch (error) {
      parts.logger.warn({ err: error }, "offsets were not committed, trying again");
    }
  };
  return {
    eachBatch: async (payload) => {
      const patience = new AbortController();
      const work = handle(parts, payload, patience.signal);
      const isInTime = await Promise.race([
        work.then(() => true),
        sleep(patienceMs, false, { signal: patience.signal }),
      ]);
      patience.abort();
      if (isInTime) return;
      const end = goOnLate(payload, work);
      late.add(end);
      void end.then(() => late.delete(end));
    },
    settled: async () => void (await Promise.all(late)),
  };
};

/** Null: the partition may be another process's by now; whoever has it starts at what is committed. Never rejects. */
const handle = async (parts: Parts, payload: EachBatchPayload, attended: AbortSignal): Promise<BatchEnd | null> => {
  const { topic, partition, messages } = payload.batch;
  const beganAt = performance.now();
  const generation = parts.generation();
  parts.progress.began(topic, partition, timeOf(messages[0]));
  try {
    const end = await handleWithHeartbeat(parts, payload, attended);
    if (parts.generation() !== generation) return null;
    settle(parts, payload, end);
    watchHangs(parts, beganAt, end);
    return end;
  } catch (error) {
    parts.logger.warn({ err: error, topic }, "a batch could not be settled");
    return null;
  }
};

const handleWithHeartbeat = async (
  { plan, mostAtOnce, recordLimitMs, isClosing, generation }: Parts,
  payload: EachBatchPayload,
  attended: AbortSignal,
): Promise<BatchEnd> => {
  const { topic, partition, messages } = payload.batch;
  const began = { at: performance.now(), generation: generation() };
  let isLost = false;
  // A heartbeat that fails tells of a rebalance or of a broker that is gone: kafkajs finds out which when we return. Later
  // its fetches beat.
  const timer = setInterval(() => {
    payload.heartbeat().catch(() => {
      isLost = true;
    });
  }, heartbeatEveryMs);
  attended.addEventListener("abort", () => clearInterval(timer));
  try {
    return await handleRecords({
      records: messages.map((message) => toReceivedRecord(topic, partition, message)),
      plan,
      mostAtOnce,
      recordLimitMs,
      isOver: () =>
        isLost || isClosing() || generation() !== began.generation || performance.now() - began.at > sliceMs,
    });
  } finally {
    clearInterval(timer);
  }
};

const watchHangs = ({ hangs, onHang, isClosing }: Parts, beganAt: number, { done, again }: BatchEnd): void => {
  const isHang = done === 0 && again?.error instanceof LimitError && again.error.what === "a record";
  if (!isHang) return hangs.ended();
  if (!isClosing() && hangs.hung(beganAt)) onHang(again.error);
};

const settle = (
  { pauses, progress, logger, metrics }: Parts,
  payload: EachBatchPayload,
  { done, again }: BatchEnd,
): void => {
  const { topic, partition, messages, highWatermark } = payload.batch;
  const name = `${topic}/${partition}`;
  const last = messages[done - 1];
  const isAllDone = last !== undefined && Number(last.offset) + 1 >= Number(highWatermark);
  // What comes behind this batch is not known yet; it is not older than what the batch ended with.
  progress.ended(topic, partition, isAllDone ? null : timeOf(messages[done] ?? last));
  if (last !== undefined) {
    pauses.moved(name);
    payload.resolveOffset(last.offset);
    metrics.lag(topic, partition, Number(highWatermark) - Number(last.offset) - 1);
  }
  if (again === null) return;
  const { pauseMs } = pauses.pause(name, () => payload.pause());
  metrics.paused();
  const offset = messages[done]?.offset;
  logger.warn({ err: again.error, topic, partition, offset, pauseMs }, "a record must come again, the partition waits");
};
