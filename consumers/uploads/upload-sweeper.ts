import { setTimeout as pause } from "node:timers/promises";
import type { SweepUpload, Swept } from "../../src/chat/acts/uploads/sweep-upload.ts";
import type { FileStore, Uploads } from "../../src/chat/upload-ports.ts";
import type { Logger } from "../../src/process/logger.ts";
import { growingPause } from "../../src/timing/growing-pause.ts";

export type UploadSweeper = {
  /** Starts the sweep without waiting. */
  start: () => void;
  /** Ends after the upload that is looked at. False: the deadline passed first. */
  stop: (deadlineMs: number) => Promise<boolean>;
};

type Parts = {
  uploads: Pick<Uploads, "takeDue">;
  store: Pick<FileStore, "isUp">;
  sweep: SweepUpload;
  onSwept: (outcome: Swept) => void;
  logger: Logger;
  /** The pause while nothing is due. */
  everyMs?: number;
};

const usualMs = 30_000;
const pauseAfter = growingPause({ firstMs: 1_000, longestMs: usualMs });

/**
 * Looks at one due upload after the other. Several processes may do so at once: each upload is taken by one of them. An
 * upload that fails is due again some minutes later, so it does not hold up the others.
 */
export const createUploadSweeper = (parts: Parts): UploadSweeper => {
  const { uploads, store, sweep, onSwept, logger, everyMs = usualMs } = parts;
  const closing = new AbortController();
  let running: Promise<void> | undefined;

  const sweepAll = async (): Promise<void> => {
    while (!closing.signal.aborted && (await store.isUp())) {
      const due = await uploads.takeDue();
      if (due === null) return;
      onSwept(await sweep(due));
    }
  };

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!closing.signal.aborted) {
      try {
        await sweepAll();
        failures = 0;
      } catch (error) {
        failures += 1;
        logger.warn({ err: error }, "an upload could not be swept, trying again");
      }
      const pauseMs = failures === 0 ? everyMs : pauseAfter(failures);
      await pause(pauseMs, undefined, { signal: closing.signal }).catch(() => undefined);
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
