import type { Logger } from "../../../src/process/logger.ts";
import type { RelayState } from "../../../src/store/relay/relay-lease.ts";
import type { RelayStore } from "../../../src/store/relay/relay-store.ts";
import type { RelayMetrics } from "../relay-metrics.ts";
import type { WalkLog } from "../walk-log.ts";
import type { Progress } from "./progress.ts";

type Parts = {
  store: Pick<RelayStore, "positionNow">;
  progress: Progress;
  walkLog: WalkLog;
  metrics: Pick<RelayMetrics, "walkBegan" | "waiting">;
  logger: Logger;
  ends: AbortSignal;
};

/**
 * How much earlier a walk begins if only a time is known: an id contains its writer's clock, and is made before the write
 * is done.
 */
const earlierMs = 3_600_000;

/** Replaces the change stream when it cannot continue: publishes from the stored log what the stream would have had. */
export const createLogWalk = ({ store, progress, walkLog, metrics, logger, ends }: Parts) => ({
  /** Begins a walk that publishes everything before this moment; after it, the feed is followed from this moment. */
  begin: async (reason: "first_start" | "history_gone"): Promise<void> => {
    const since = reason === "first_start" ? null : sinceWhen(progress.state());
    metrics.walkBegan(reason);
    logger[since === null ? "info" : "warn"]({ reason, since }, "chat events are published from the stored log");
    progress.set({
      position: await store.positionNow(),
      walk: { phase: since === null ? "cards" : "entries", since, after: null },
    });
    // When this is saved, a majority has everything that was written before the position.
    await progress.save();
  },

  /** Finishes the walk that is under way, if there is one; saves its progress meanwhile. */
  finish: async (): Promise<void> => {
    const { walk } = progress.state();
    if (walk === null) return;
    const began = new Date();
    metrics.waiting(began);
    const onProgress = (reached: RelayState["walk"]): void => {
      progress.set({ walk: reached });
      progress.markUnsaved();
    };
    await walkLog(walk, onProgress, ends);
    await progress.save();
    metrics.waiting(null);
    logger.info({ tookMs: Date.now() - began.getTime() }, "the stored log is published");
  },
});

export type LogWalk = ReturnType<typeof createLogWalk>;

// An unfinished walk starts over from its beginning: what it has published is not known any more.
const sinceWhen = ({ position, walk }: RelayState): Date | null => {
  if (walk !== null) return walk.since;
  return position === null ? null : new Date(Math.max(0, position.at.getTime() - earlierMs));
};
