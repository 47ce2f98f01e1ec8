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
/** After this time no more records are started: the rest comes with the next fetch, together with other partitions' records. */
const sliceMs = 500;
/** kafkajs fetches nothing from a broker while one of its partitions is handled, so a slow partition continues on its own. */
const patienceMs = 1_000;

type Parts = {
  plan: PlanWork;
  pauses: PartitionPauses;
  progress: PartitionProgress;
  hangs: HangWatch;
  /** Called when work has hung, and no other work has ended, for too long. */
  onHang: (error: unknown) => void;
  logger: Logger;
  metrics: SourceMetrics;
  mostAtOnce: number;
  recordLimitMs: number;
  /** True ends the handling at the next record. */
  isClosing: () => boolean;
  /** Changes with each rebalance: a record fetched before may belong to another process now. */
  generation: () => number;
};

export type BatchHandling = {
  eachBatch: EachBatchHandler;
  /** Resolves when all work that `eachBatch` did not wait for has ended. */
  settled: () => Promise<void>;
};

/**
 * kafkajs' `eachBatch`: offsets move to the first record that is not done. If that record must be tried again, or its
 * partition takes long, the partition is paused while the others continue. It never throws: an error from the handler
 * ends a kafkajs consumer, at once for a TypeError and similar errors, after a few tries for others (tulios/kafkajs#1415).
 */
export const createEachBatch = (parts: Parts): BatchHandling => {
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

/** Null: the partition may belong to another process by now, which starts at the committed offset. Never rejects. */
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
  // A failed heartbeat means a rebalance or a broker that is gone: kafkajs finds out which when we return. Afterwards its
  // fetches send the heartbeats.
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
  // What follows this batch is not known yet; it is not older than the batch's last record.
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
