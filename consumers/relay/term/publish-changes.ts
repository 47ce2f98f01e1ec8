import type { Logger } from "../../../src/process/logger.ts";
import { isHistoryGone, type Position } from "../../../src/store/relay/change-feed.ts";
import type { RelayStore } from "../../../src/store/relay/relay-store.ts";
import type { Aftercare } from "../aftercare.ts";
import type { DescribeChanges } from "../describe-changes.ts";
import type { PublishEvents } from "../event-publisher.ts";
import { followFeed } from "../follow-feed.ts";
import type { RelayMetrics } from "../relay-metrics.ts";
import type { LogWalk } from "./log-walk.ts";
import type { Progress } from "./progress.ts";

type Options = {
  store: Pick<RelayStore, "openFeed">;
  progress: Progress;
  walk: LogWalk;
  describe: DescribeChanges;
  publish: PublishEvents;
  aftercare: Pick<Aftercare, "add">;
  metrics: Pick<RelayMetrics, "waiting">;
  logger: Logger;
  /** Ends it after what is under way. */
  closing: AbortSignal;
  /** Ends it at once. */
  signal: AbortSignal;
};

/** Publishes the changes of the change feed, from the saved position on, until the signal is aborted. */
export const publishChanges = async (options: Options): Promise<void> => {
  const { progress, walk, logger, closing, signal } = options;
  const ends = AbortSignal.any([closing, signal]);
  while (!ends.aborted) {
    if (progress.state().position === null) await walk.begin("first_start");
    await walk.finish();
    try {
      const { position } = progress.state();
      if (position !== null) await follow(position, options);
    } catch (error) {
      if (!isHistoryGone(error)) throw error;
      logger.warn({ err: error }, "the place where the relay was is not in the database's history any more");
      await walk.begin("history_gone");
    }
  }
};

const follow = (position: Position, options: Options): Promise<void> => {
  const { store, progress, describe, publish, aftercare, metrics, closing, signal } = options;
  return followFeed({
    feed: store.openFeed(position),
    describe,
    publish,
    onPublished: (reached, changes) => {
      progress.set({ position: reached });
      if (changes.length > 0) progress.markUnsaved();
      aftercare.add(changes.flatMap((change) => (change.kind === "entry" ? [change.entry] : [])));
    },
    onWaiting: metrics.waiting,
    closing,
    signal,
  });
};
