import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "../../src/process/logger.ts";
import type { AcquireJob, JobLease, JobState } from "../../src/store/user-data/job-lease.ts";
import { growingPause } from "../../src/timing/growing-pause.ts";

/** What the holder of the lease saves, and what it has found there. */
export type Saved = { get: () => JobState; set: (state: JobState) => void };

/** One task of the holder. `run` does a part of it. False: there is nothing more to do for now. */
export type Task = { name: string; restMs: number; run: (signal: AbortSignal) => Promise<boolean> };

export type OneHolder = {
  /** Starts without waiting. */
  start: () => void;
  /** Ends what is under way and gives the lease back. False: the deadline passed first. May be called twice. */
  stop: (deadlineMs: number) => Promise<boolean>;
};

/** `leaseMs`: how long a dead holder keeps the lease. `askMs`: how often the others ask for it. */
export type HolderTiming = { leaseMs: number; askMs: number };

type Parts = {
  /** The lease's name. */
  name: string;
  acquire: AcquireJob;
  /** Makes the tasks, each time this process gets the lease. */
  tasksOf: (saved: Saved) => Task[];
  logger: Logger;
  timing: HolderTiming;
};

const pauseAfter = growingPause({ firstMs: 200, longestMs: 5_000 });

/** Waits; ends early, without an error, when the signal aborts. */
const rest = (ms: number, signal: AbortSignal): Promise<void> =>
  pause(ms, undefined, { signal }).catch(() => undefined);

/** Repeats a task until `ends`. A failure is logged, and the task runs again after a pause that grows. */
const repeat = async (task: Task, logger: Logger, ends: AbortSignal): Promise<void> => {
  for (let failures = 0; !ends.aborted; ) {
    try {
      const isMore = await task.run(ends);
      failures = 0;
      if (!isMore) await rest(task.restMs, ends);
    } catch (error) {
      if (ends.aborted) return;
      failures += 1;
      logger.warn({ err: error, task: task.name }, "a task on users' data failed, trying again");
      await rest(pauseAfter(failures), ends);
    }
  }
};

/** Renews the lease until `ends`. Resolves early if another process has it, or if it could not be renewed in time. */
const keep = async (lease: JobLease, saved: Saved, leaseMs: number, ends: AbortSignal): Promise<void> => {
  for (let renewedAt = performance.now(); performance.now() - renewedAt < leaseMs; ) {
    await rest(leaseMs / 3, ends);
    if (ends.aborted) return;
    const askedAt = performance.now();
    const isRenewed = await lease.renew(saved.get()).catch(() => null);
    if (isRenewed === false) return;
    if (isRenewed) renewedAt = askedAt;
  }
};

/**
 * Of all processes one at a time does the tasks: the one that holds the lease. Tasks may be repeated by a holder that was
 * frozen and goes on beside its successor, so each must do no harm then.
 */
export const createOneHolder = ({ name, acquire, tasksOf, logger, timing: { leaseMs, askMs } }: Parts): OneHolder => {
  const holder = randomUUID();
  const closing = new AbortController();
  let running: Promise<void> | undefined;

  const hold = async (lease: JobLease): Promise<void> => {
    let { state } = lease;
    const saved: Saved = { get: () => state, set: (changed) => void (state = changed) };
    const lost = new AbortController();
    const ends = AbortSignal.any([closing.signal, lost.signal]);
    const kept = keep(lease, saved, leaseMs, ends).finally(() => lost.abort());
    await Promise.all([kept, ...tasksOf(saved).map((task) => repeat(task, logger, ends))]);
    await lease.release(saved.get()).catch(() => undefined);
  };

  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      try {
        const lease = await acquire({ name, holder, leaseMs });
        if (lease !== null) await hold(lease);
      } catch (error) {
        logger.debug({ err: error }, "the lease of the work on users' data was not taken");
      }
      await rest(askMs, closing.signal);
    }
  };

  return {
    start: () => {
      running ??= run();
    },
    stop: async (deadlineMs) => {
      closing.abort();
      const ended = (running ?? Promise.resolve()).then(() => true);
      return Promise.race([ended, pause(deadlineMs, false, { ref: false })]);
    },
  };
};
