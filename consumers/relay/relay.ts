import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "../../src/process/logger.ts";
import type { Lease } from "../../src/store/relay/relay-lease.ts";
import type { RelayStore } from "../../src/store/relay/relay-store.ts";
import { growingPause } from "../../src/timing/growing-pause.ts";
import { rest } from "../rest.ts";
import type { RelayMetrics } from "./relay-metrics.ts";
import type { createTerm } from "./term/term.ts";
import type { RelayTiming } from "./timing.ts";

export type Relay = {
  /** Starts the relay without waiting. */
  start: () => void;
  /** Ends what is under way and gives the lease back. False: the deadline passed first. May be called twice. */
  stop: (deadlineMs: number) => Promise<boolean>;
};

type Parts = {
  /** The name of the lease, which has one holder at a time. */
  name: string;
  store: Pick<RelayStore, "acquire" | "prepare">;
  runTerm: ReturnType<typeof createTerm>;
  metrics: Pick<RelayMetrics, "holdsLease">;
  logger: Logger;
  timing: RelayTiming;
};

const longestPauseMs = 5_000;

/**
 * One of several relays; only the one with the lease works. A holder that was frozen and continues beside its successor
 * does no harm: each publishes in order, from a position up to which everything is on the topic. Whatever the two repeat,
 * the first events of each id are in order.
 */
export const createRelay = ({ name, store, runTerm, metrics, logger, timing }: Parts): Relay => {
  const holder = randomUUID();
  const closing = new AbortController();
  const stopped = new AbortController();
  const pauseAfter = growingPause({ firstMs: timing.beatMs, longestMs: longestPauseMs });
  let running: Promise<void> | undefined;

  const hold = async (lease: Lease): Promise<void> => {
    metrics.holdsLease(true);
    logger.info({ at: lease.state.position?.at }, "this process publishes chat events now");
    try {
      await runTerm({ lease, closing: closing.signal, signal: stopped.signal });
    } finally {
      metrics.holdsLease(false);
    }
  };

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!closing.signal.aborted) {
      const began = performance.now();
      try {
        await store.prepare();
        const lease = await store.acquire({ name, holder, leaseMs: timing.leaseMs });
        if (lease !== null) await hold(lease);
        failures = 0;
        await rest(timing.beatMs, closing.signal);
      } catch (error) {
        if (closing.signal.aborted) return;
        const wentWell = performance.now() - began > longestPauseMs;
        failures = wentWell ? 1 : failures + 1;
        const pauseMs = pauseAfter(failures);
        logger.warn({ err: error, pauseMs }, "chat events are not published by this process, trying again");
        await rest(pauseMs, closing.signal);
      }
    }
  };

  const stop = async (deadlineMs: number): Promise<boolean> => {
    closing.abort();
    const hardStop = setTimeout(() => stopped.abort(), deadlineMs / 2);
    const deadline = pause(deadlineMs, false, { ref: false });
    const ended = (running ?? Promise.resolve()).then(() => true);
    const isClean = await Promise.race([ended, deadline]);
    clearTimeout(hardStop);
    stopped.abort();
    return isClean;
  };

  return {
    start: () => {
      running ??= run();
    },
    stop,
  };
};
