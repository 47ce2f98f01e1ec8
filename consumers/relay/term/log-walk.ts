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
 * So much earlier a walk begins where only a time is known: ids carry their writers' clocks, and are made before the
 * write is done.
 */
const earlierMs = 3_600_000;

/** For when the change stream cannot go on: publishes from the stored log what it would have brought. */
export const createLogWalk = ({ store, progress, walkLog, metrics, logger, ends }: Parts) => ({
  /** From now on the feed is followed from here; a walk publishes everything before that. */
  begin: async (reason: "first_start" | "history_gone"): Promise<void> => {
    const since = reason === "first_start" ? null : sinceWhen(progress.state());
    metrics.walkBegan(reason);
    logger[since === null ? "info" : "warn"]({ reason, since }, "chat events are published from the stored log");
    progress.set({
      position: await store.positionNow(),
      catchUp: { phase: since === null ? "cards" : "entries", since, after: null },
    });
    // What was written before the position is at a majority once this is saved.
    await progress.save();
  },

  /** Finishes the walk that is under way, if there is one; its progress is saved as it goes. */
  finish: async (): Promise<void> => {
    const walk = progress.state().catchUp;
    if (walk === null) return;
    const began = new Date();
    metrics.waiting(began);
    const onProgress = (reached: RelayState["catchUp"]): void => {
      progress.set({ catchUp: reached });
      progress.markUnsaved();
    };
    await walkLog(walk, onProgress, ends);
    await progress.save();
    metrics.waiting(null);
    logger.info({ tookMs: Date.now() - began.getTime() }, "the stored log is published");
  },
});

export type LogWalk = ReturnType<typeof createLogWalk>;

// A walk that was under way begins where it began: what it had published by then is not known any more.
const sinceWhen = ({ position, catchUp }: RelayState): Date | null => {
  if (catchUp !== null) return catchUp.since;
  return position === null ? null : new Date(Math.max(0, position.at.getTime() - earlierMs));
};
