import type { Logger } from "../../../src/process/logger.ts";
import { rest } from "../../rest.ts";
import type { RelayTiming } from "../timing.ts";
import type { Progress } from "./progress.ts";

type Options = {
  progress: Progress;
  timing: Pick<RelayTiming, "leaseMs" | "beatMs">;
  logger: Logger;
  ends: AbortSignal;
};

/**
 * Renews the lease until `ends`: at each beat while the relay makes progress, otherwise when half of the lease has passed.
 * @throws the error of the last try, if the lease was not renewed before it expired
 */
export const renewLease = async ({ progress, timing, logger, ends }: Options): Promise<void> => {
  let renewedAt = performance.now();
  for (;;) {
    await rest(timing.beatMs, ends);
    if (ends.aborted) return;
    const askedAt = performance.now();
    if (!progress.isUnsaved() && askedAt - renewedAt < timing.leaseMs / 2) continue;
    try {
      await progress.save();
      renewedAt = askedAt;
    } catch (error) {
      if (performance.now() - renewedAt > timing.leaseMs) throw error;
      logger.debug({ err: error }, "the relay's lease was not renewed");
    }
  }
};
