import { setTimeout as pause } from "node:timers/promises";
import { rest } from "./rest.ts";

/** Work that goes on beside everything else, from its start to its stop. */
export type Background = {
  /** Starts without waiting. */
  start: () => void;
  /** Ends what is under way. False: the deadline passed first. May be called twice. */
  stop: (deadlineMs: number) => Promise<boolean>;
};

/** `run` ends soon after its signal aborts, and never throws. */
export const createBackground = (run: (ends: AbortSignal) => Promise<void>): Background => {
  const closing = new AbortController();
  let running: Promise<void> | undefined;
  return {
    start: () => {
      running ??= run(closing.signal);
    },
    stop: async (deadlineMs) => {
      closing.abort();
      const ended = (running ?? Promise.resolve()).then(() => true);
      return Promise.race([ended, pause(deadlineMs, false, { ref: false })]);
    },
  };
};

type Repeated = {
  /** Does a part of the work. False: there is nothing more to do for now. */
  run: (ends: AbortSignal) => Promise<boolean>;
  /** The pause while there is nothing to do. */
  restMs: number;
  /** The pause after so many failures in a row. */
  pauseAfter: (failures: number) => number;
  onFailure: (error: unknown) => void;
};

/** Repeats work until `ends`. After a failure it goes on, after a pause that grows. */
export const repeat = async ({ run, restMs, pauseAfter, onFailure }: Repeated, ends: AbortSignal): Promise<void> => {
  for (let failures = 0; !ends.aborted; ) {
    try {
      const isMore = await run(ends);
      failures = 0;
      if (!isMore) await rest(restMs, ends);
    } catch (error) {
      failures += 1;
      onFailure(error);
      await rest(pauseAfter(failures), ends);
    }
  }
};
