import type { EachBatchHandler, EachBatchPayload } from "kafkajs";
import type { Logger } from "../src/logger.ts";
import { type BatchEnd, handleBatch, type PlanWork } from "./handle-batch.ts";
import type { HangWatch } from "./hang-watch.ts";
import type { PartitionPauses } from "./partition-pauses.ts";
import type { PartitionProgress } from "./partition-progress.ts";
import { timeOf, toReceivedRecord } from "./received-record.ts";
import type { SourceMetrics } from "./source-metrics.ts";
import { LimitError } from "./with-limit.ts";

const heartbeatEveryMs = 1_000;

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
};

/**
 * kafkajs' `eachBatch`: offsets move up to the first record that is not done, and a partition whose next record must
 * come again is paused while the others go on. It never throws: what a handler throws ends a kafkajs consumer, at once
 * for a TypeError and the like, after a few times for anything else (tulios/kafkajs#1415).
 */
export const createBatchHandler =
  (parts: Parts): EachBatchHandler =>
  async (payload) => {
    const { topic, partition, messages } = payload.batch;
    const beganAt = performance.now();
    parts.progress.began(topic, partition, timeOf(messages[0]));
    try {
      const end = await handleWithHeartbeat(parts, payload);
      settle(parts, payload, end);
      watchHangs(parts, beganAt, end);
    } catch (error) {
      // The partition was taken from us meanwhile; whoever has it now starts at what is committed.
      parts.logger.warn({ err: error, topic: payload.batch.topic }, "a batch could not be settled");
    }
  };

const handleWithHeartbeat = async (
  { plan, mostAtOnce, recordLimitMs, isClosing }: Parts,
  payload: EachBatchPayload,
): Promise<BatchEnd> => {
  const { topic, partition, messages } = payload.batch;
  let isLost = false;
  // A heartbeat that fails tells of a rebalance or of a broker that is gone: kafkajs finds out which when we return.
  const timer = setInterval(() => {
    payload.heartbeat().catch(() => {
      isLost = true;
    });
  }, heartbeatEveryMs);
  try {
    return await handleBatch({
      records: messages.map((message) => toReceivedRecord(topic, partition, message)),
      plan,
      mostAtOnce,
      recordLimitMs,
      isOver: () => isLost || isClosing(),
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
