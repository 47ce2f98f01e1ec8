import type { Kafka } from "kafkajs";
import { readLags } from "./lag-probe.ts";
import type { PartitionProgress } from "./partition-progress.ts";

export type StallWatch = {
  /**
   * Asks Kafka for the waiting records, if that was not done recently.
   * @returns what is wrong: `once`: a new consumer may help; `again`: it did not help
   */
  look(signal: AbortSignal): Promise<"once" | "again" | null>;
};

type Parts = {
  client: Kafka;
  groupId: string;
  progress: PartitionProgress;
  everyMs: number;
  /** If records wait for this long and none at all are read, the consumer has stalled. */
  untakenMs: number;
};

/** How much longer a partition may wait while others progress: a slow handler delays all partitions of the same broker. */
const patience = 10;

/** Detects what a consumer does not report: a consumer that sends heartbeats and fetches may have forgotten a partition. */
export const createStallWatch = ({ client, groupId, progress, everyMs, untakenMs }: Parts): StallWatch => {
  // The first time at once: a lag without a value cannot trigger an alert.
  let askedAt = Number.NEGATIVE_INFINITY;
  let batchesAtStall: number | null = null;

  const probe = async (signal: AbortSignal): Promise<boolean> => {
    const lags = await readLags({ client, groupId, partitions: progress.partitions(), signal }).catch(() => null);
    for (const lag of lags ?? []) progress.probed(lag);
    return lags !== null;
  };

  return {
    look: async (signal) => {
      if (performance.now() - askedAt < everyMs) return null;
      const hasAnswer = await probe(signal);
      askedAt = performance.now();
      const waitMs = progress.untakenMs();
      const isStalled = Math.min(waitMs, progress.quietMs()) > untakenMs || waitMs > patience * untakenMs;
      if (!hasAnswer || !isStalled) return null;
      const isAgain = batchesAtStall === progress.batches();
      batchesAtStall = progress.batches();
      return isAgain ? "again" : "once";
    },
  };
};
