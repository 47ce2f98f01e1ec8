import type { SweepUpload, Swept } from "../../src/chat/acts/uploads/sweep-upload.ts";
import type { FileStore, Uploads } from "../../src/chat/upload-ports.ts";
import type { Logger } from "../../src/process/logger.ts";
import { growingPause } from "../../src/timing/growing-pause.ts";
import { type Background, createBackground, repeat } from "../background.ts";

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
export const createUploadSweeper = (parts: Parts): Background => {
  const { uploads, store, sweep, onSwept, logger, everyMs = usualMs } = parts;

  const sweepAll = async (ends: AbortSignal): Promise<boolean> => {
    while (!ends.aborted && (await store.isUp())) {
      const due = await uploads.takeDue();
      if (due === null) break;
      onSwept(await sweep(due));
    }
    return false;
  };

  const onFailure = (error: unknown): void => logger.warn({ err: error }, "an upload could not be swept, trying again");
  return createBackground((ends) => repeat({ run: sweepAll, restMs: everyMs, pauseAfter, onFailure }, ends));
};
