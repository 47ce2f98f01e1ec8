import type { Logger } from "../../../src/process/logger.ts";
import type { Lease } from "../../../src/store/relay/relay-lease.ts";
import type { RelayStore } from "../../../src/store/relay/relay-store.ts";
import { rest } from "../../rest.ts";
import type { Aftercare } from "../aftercare.ts";
import type { DescribeChanges } from "../describe-changes.ts";
import type { PublishEvents } from "../event-publisher.ts";
import type { RelayMetrics } from "../relay-metrics.ts";
import type { RelayTiming } from "../timing.ts";
import type { UnreadWatch } from "../unread-watch.ts";
import type { WalkLog } from "../walk-log.ts";
import { createLogWalk } from "./log-walk.ts";
import { createProgress } from "./progress.ts";
import { publishChanges } from "./publish-changes.ts";
import { renewLease } from "./renew-lease.ts";
import { takeOver } from "./take-over.ts";

type Parts = {
  store: Pick<RelayStore, "positionNow" | "openFeed" | "scan">;
  describe: DescribeChanges;
  publish: PublishEvents;
  walkLog: WalkLog;
  aftercare: Aftercare;
  unread: UnreadWatch;
  metrics: RelayMetrics;
  logger: Logger;
  timing: RelayTiming;
};

type Options = {
  lease: Lease;
  /** Ends it after what is under way; the second one ends it at once. */
  closing: AbortSignal;
  signal: AbortSignal;
};

/**
 * One holder's time with the lease. Four tasks run in parallel: publish the changes, renew the lease and save the
 * progress, check cards, send unread notices. When one fails, the others end as well.
 */
export const createTerm =
  ({ store, describe, publish, walkLog, aftercare, unread, metrics, logger, timing }: Parts) =>
  async ({ lease, closing, signal: stopped }: Options): Promise<void> => {
    const failed = new AbortController();
    const signal = AbortSignal.any([stopped, failed.signal]);
    const ends = AbortSignal.any([closing, signal]);
    const progress = createProgress({ lease, oldestPending: aftercare.oldestAt });
    const walk = createLogWalk({ store, progress, walkLog, metrics, logger, ends });
    const repeat = (what: string, work: () => Promise<void>) => repeatUntil({ what, work, timing, logger, ends });

    const publishing = async (): Promise<void> => {
      await takeOver({ state: progress.state(), scan: store.scan, aftercare, ends });
      await publishChanges({ store, progress, walk, describe, publish, aftercare, metrics, logger, closing, signal });
    };

    try {
      await runTogether(failed, [
        renewLease({ progress, timing, logger, ends }),
        repeat("cards", () => aftercare.run()),
        repeat("unread notices", () => unread.publishDue(signal)),
        publishing(),
      ]);
    } finally {
      metrics.waiting(null);
      await progress.release().catch(() => undefined);
    }
  };

/**
 * Waits until all tasks have ended. The first failure aborts `others`, which ends them.
 * @throws the first failure
 */
const runTogether = async (others: AbortController, tasks: Promise<void>[]): Promise<void> => {
  const failures: unknown[] = [];
  const ended = tasks.map((task) =>
    task.catch((error: unknown) => {
      failures.push(error);
      others.abort(error);
    }),
  );
  await Promise.all(ended);
  if (failures.length > 0) throw failures[0];
};

type Repeated = {
  what: string;
  work: () => Promise<void>;
  timing: Pick<RelayTiming, "careMs">;
  logger: Logger;
  ends: AbortSignal;
};

/** Repeats the work until `ends`; a failure is logged, and the next round tries again. */
const repeatUntil = async ({ what, work, timing, logger, ends }: Repeated): Promise<void> => {
  while (!ends.aborted) {
    await work().catch((error: unknown) => {
      if (!ends.aborted) logger.warn({ err: error, what }, "the relay could not do all it does, trying again");
    });
    await rest(timing.careMs, ends);
  }
};
