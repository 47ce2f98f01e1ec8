import type { Kafka } from "kafkajs";
import { readLags } from "./lag-probe.ts";
import type { PartitionProgress } from "./partition-progress.ts";

export type StallWatch = {
  /**
   * Asks Kafka what waits, where that was not asked lately.
   * @returns what is wrong: `once` may be cured by a new consumer, `again` was not
   */
  look(signal: AbortSignal): Promise<"once" | "again" | null>;
};

type Parts = {
  client: Kafka;
  groupId: string;
  progress: PartitionProgress;
  everyMs: number;
  /** Records that wait for this long, while nothing at all is taken, are a stall. */
  untakenMs: number;
};

/** How much longer a partition may wait while others move: a slow handler holds up what the same broker has. */
const patience = 10;

/** Sees what a consumer does not tell: one that beats and fetches may have forgotten a partition. */
export const createStallWatch = ({ client, groupId, progress, everyMs, untakenMs }: Parts): StallWatch => {
  // The first time at once: a lag without a number can set off no alarm.
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
