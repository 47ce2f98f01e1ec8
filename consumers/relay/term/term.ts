import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "../../src/process/logger.ts";
import { isHistoryGone, type Position } from "../../src/store/relay/change-feed.ts";
import type { Lease, RelayState } from "../../src/store/relay/relay-lease.ts";
import type { RelayStore } from "../../src/store/relay/relay-store.ts";
import type { Aftercare } from "./aftercare.ts";
import type { RunCatchUp } from "./catch-up.ts";
import type { DescribeChanges } from "./describe-changes.ts";
import type { PublishEvents } from "./event-publisher.ts";
import { followFeed } from "./follow-feed.ts";
import type { RelayMetrics } from "./relay-metrics.ts";
import type { UnreadWatch } from "./unread-watch.ts";

export type RelayTiming = {
  /** For how long a lease holds that is not renewed. */
  leaseMs: number;
  /**
   * Between two renewals, each of which saves how far the relay has come, while it comes on; and between two tries to
   * get a lease. With nothing to tell half of the lease is often enough.
   */
  beatMs: number;
  /** Between two looks at what is to be looked after. */
  careMs: number;
};

type Parts = {
  store: Pick<RelayStore, "positionNow" | "openFeed" | "scan">;
  describe: DescribeChanges;
  publish: PublishEvents;
  catchUp: RunCatchUp;
  aftercare: Aftercare;
  unread: UnreadWatch;
  metrics: RelayMetrics;
  logger: Logger;
  timing: RelayTiming;
};

type Options = {
  lease: Lease;
  /** Ends it behind what is under way; the second one at once. */
  closing: AbortSignal;
  signal: AbortSignal;
};

/**
 * Entries are found by their ids, which their writers' clocks make before the write is done. So much earlier is begun
 * where a time must do, for clocks that differ and writes that took long.
 */
const earlierMs = 3_600_000;
const carefullyEarlierMs = 60_000;
const entriesAtOnce = 1_000;

const before = (at: Date, ms: number): Date => new Date(Math.max(0, at.getTime() - ms));

/** One holder's time with the lease: it tells what the feed brings, looks after it, and saves how far it came. */
export const createTerm =
  ({ store, describe, publish, catchUp, aftercare, unread, metrics, logger, timing }: Parts) =>
  async ({ lease, closing, signal: stopped }: Options): Promise<void> => {
    let state: RelayState = lease.state;
    let hasMoved = false;
    const over = new AbortController();
    const signal = AbortSignal.any([stopped, over.signal]);
    const ends = AbortSignal.any([closing, signal]);

    const current = (): RelayState => ({ ...state, lookedAt: aftercare.oldestAt() ?? state.position?.at ?? null });

    const save = async (): Promise<void> => {
      if (!(await lease.renew(current()))) throw new Error("the lease is somebody else's now");
    };

    const beat = async (): Promise<void> => {
      let renewedAt = performance.now();
      for (;;) {
        await quietly(pause(timing.beatMs, undefined, { signal: ends }));
        if (ends.aborted) return;
        const askedAt = performance.now();
        if (!hasMoved && askedAt - renewedAt < timing.leaseMs / 2) continue;
        hasMoved = false;
        try {
          await save();
          renewedAt = askedAt;
        } catch (error) {
          if (performance.now() - renewedAt > timing.leaseMs) throw error;
          hasMoved = true;
          logger.debug({ err: error }, "the relay's lease was not renewed");
        }
      }
    };

    /** Does something again and again; what fails is tried again. */
    const every = (what: string, work: () => Promise<void>) => async (): Promise<void> => {
      while (!ends.aborted) {
        await work().catch((error: unknown) => {
          if (!ends.aborted) logger.warn({ err: error, what }, "the relay could not do all it does, trying again");
        });
        await quietly(pause(timing.careMs, undefined, { signal: ends }));
      }
    };
    const care = every("cards", () => aftercare.run());
    const tellUnread = every("unread notices", () => unread.tell(signal));

    /** From here on, with everything before it told by walking over what is stored. */
    const beginAnew = async (reason: "first_start" | "history_gone"): Promise<void> => {
      const since = reason === "first_start" ? null : sinceWhen(state);
      metrics.caughtUp(reason);
      logger[since === null ? "info" : "warn"]({ reason, since }, "chat events catch up from the log itself");
      state = {
        ...state,
        position: await store.positionNow(),
        catchUp: { phase: since === null ? "cards" : "entries", since, after: null },
      };
      // At a majority from here on is what was written before the position.
      await save();
    };

    const catchUpNow = async (): Promise<void> => {
      if (state.catchUp === null) return;
      const began = new Date();
      metrics.waiting(began);
      const onProgress = (progress: RelayState["catchUp"]): void => {
        state = { ...state, catchUp: progress };
        hasMoved = true;
      };
      await catchUp(state.catchUp, onProgress, ends);
      await save();
      metrics.waiting(null);
      logger.info({ tookMs: Date.now() - began.getTime() }, "caught up from the log");
    };

    /** What was told and perhaps not looked after when the last holder ended. What it did not tell comes with the feed. */
    const takeOver = async (): Promise<void> => {
      const { lookedAt, position } = state;
      if (lookedAt === null || position === null) return;
      const end = store.scan.idAt(new Date(position.at.getTime() + carefullyEarlierMs));
      for (let after = store.scan.idAt(before(lookedAt, carefullyEarlierMs)); ; ) {
        const entries = (await store.scan.entriesAfter(after, entriesAtOnce)).filter(({ id }) => id <= end);
        ends.throwIfAborted();
        aftercare.add(entries);
        const last = entries.at(-1);
        if (entries.length < entriesAtOnce || last === undefined) return;
        after = last.id;
      }
    };

    const follow = async (position: Position): Promise<void> =>
      followFeed({
        feed: store.openFeed(position),
        describe,
        publish,
        onTold: (reached, changes) => {
          state = { ...state, position: reached };
          hasMoved ||= changes.length > 0;
          aftercare.add(changes.flatMap((change) => (change.kind === "entry" ? [change.entry] : [])));
        },
        onWaiting: metrics.waiting,
        closing,
        signal,
      });

    const work = async (): Promise<void> => {
      await takeOver();
      while (!ends.aborted) {
        if (state.position === null) await beginAnew("first_start");
        await catchUpNow();
        try {
          if (state.position !== null) await follow(state.position);
        } catch (error) {
          if (!isHistoryGone(error)) throw error;
          logger.warn({ err: error }, "the place where the relay was is not in the database's history any more");
          await beginAnew("history_gone");
        }
      }
    };

    const tasks = [beat, care, tellUnread, work].map((task) =>
      task().catch((error: unknown) => {
        over.abort(error);
        throw error;
      }),
    );
    try {
      await Promise.all(tasks);
    } finally {
      over.abort();
      await Promise.allSettled(tasks);
      metrics.waiting(null);
      await quietly(lease.release(current()));
    }
  };

// A catch-up that was under way begins again where it had begun: what it had told of until then is not known any more.
const sinceWhen = ({ position, catchUp }: RelayState): Date | null => {
  if (catchUp !== null) return catchUp.since;
  return position === null ? null : before(position.at, earlierMs);
};

const quietly = async (work: Promise<unknown>): Promise<void> => {
  await work.catch(() => undefined);
};
