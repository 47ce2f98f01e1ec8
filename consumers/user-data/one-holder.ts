import { randomUUID } from "node:crypto";
import type { Logger } from "../../src/process/logger.ts";
import type { AcquireJob, JobLease, JobState } from "../../src/store/user-data/job-lease.ts";
import { growingPause } from "../../src/timing/growing-pause.ts";
import { type Background, createBackground, repeat } from "../background.ts";
import { rest } from "../rest.ts";

/** What the holder of the lease saves, and what it has found there. */
export type Saved = { get: () => JobState; set: (state: JobState) => void };

/** What the holder does. */
export type TaskName = "erasure" | "retention";

/** One task of the holder. `run` does a part of it. False: there is nothing more to do for now. */
export type Task = { name: TaskName; restMs: number; run: (signal: AbortSignal) => Promise<boolean> };

/** `leaseMs`: how long a dead holder keeps the lease. `askMs`: how often the others ask for it. */
export type HolderTiming = { leaseMs: number; askMs: number };

type Parts = {
  /** The lease's name. */
  name: string;
  acquire: AcquireJob;
  /** Makes the tasks, each time this process gets the lease. */
  tasksOf: (saved: Saved) => Task[];
  /** Called for each failure of a task, which is repeated. */
  onFailure: (task: TaskName) => void;
  logger: Logger;
  timing: HolderTiming;
};

const pauseAfter = growingPause({ firstMs: 200, longestMs: 5_000 });

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
export const createOneHolder = ({
  name,
  acquire,
  tasksOf,
  onFailure,
  logger,
  timing: { leaseMs, askMs },
}: Parts): Background => {
  const holder = randomUUID();
  const hold = async (lease: JobLease, closing: AbortSignal): Promise<void> => {
    let { state } = lease;
    const saved: Saved = { get: () => state, set: (changed) => void (state = changed) };
    const lost = new AbortController();
    const ends = AbortSignal.any([closing, lost.signal]);
    const work = ({ name: task, ...part }: Task): Promise<void> => {
      const onTaskFailure = (error: unknown): void => {
        if (ends.aborted) return;
        onFailure(task);
        logger.warn({ err: error, task }, "a task on users' data failed, trying again");
      };
      return repeat({ ...part, pauseAfter, onFailure: onTaskFailure }, ends);
    };
    const kept = keep(lease, saved, leaseMs, ends).finally(() => lost.abort());
    await Promise.all([kept, ...tasksOf(saved).map(work)]);
    await lease.release(saved.get()).catch(() => undefined);
  };

  return createBackground(async (closing) => {
    while (!closing.aborted) {
      try {
        const lease = await acquire({ name, holder, leaseMs });
        if (lease !== null) await hold(lease, closing);
      } catch (error) {
        logger.debug({ err: error }, "the lease of the work on users' data was not taken");
      }
      await rest(askMs, closing);
    }
  });
};
