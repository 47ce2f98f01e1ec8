import { readConfig } from "../src/config/config.ts";
import { ConfigError } from "../src/config/parse-settings.ts";
import { createLogger } from "../src/process/logger.ts";
import { runUntilSignal } from "../src/process/shutdown.ts";
import { openConsumers } from "./open-consumers.ts";

const stopDeadlineMs = 10_000;

const main = async (): Promise<void> => {
  const config = readConfig(process.env);
  const logger = createLogger({ level: config.logLevel, process: "consumers" });
  const starting = new AbortController();
  const opening = openConsumers({
    config,
    logger,
    signal: starting.signal,
    onGiveUp: (error) => {
      logger.fatal({ err: error }, "nothing can be consumed any more, ending");
      logger.flush();
      process.exit(1);
    },
  });
  runUntilSignal({
    logger,
    deadlineMs: stopDeadlineMs,
    stop: async (deadlineMs) => {
      starting.abort();
      const consumers = await opening.catch(() => undefined);
      const isClean = await consumers?.stop(deadlineMs);
      if (isClean === false) logger.warn("the records under way are not confirmed: they will come again");
    },
  });
  await opening.catch((error: unknown) => {
    // It was asked to stop during the start: that is not a failure, and the stop is under way.
    if (!starting.signal.aborted) throw error;
  });
};

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : String(error)}\n`);
  process.exit(1);
});
