import { openChatNode } from "./chat-node.ts";
import { readConfig } from "./config/config.ts";
import { ConfigError } from "./config/parse-settings.ts";
import { createLogger } from "./process/logger.ts";
import { runUntilSignal } from "./process/shutdown.ts";

const stopDeadlineMs = 20_000;

const main = async (): Promise<void> => {
  const config = readConfig(process.env);
  const logger = createLogger({ level: config.logLevel, process: "chat-node" });
  const starting = new AbortController();
  const opening = openChatNode({ config, logger, signal: starting.signal });
  runUntilSignal({
    logger,
    deadlineMs: stopDeadlineMs,
    stop: async (deadlineMs) => {
      starting.abort();
      const node = await opening.catch(() => undefined);
      await node?.stop(deadlineMs);
    },
  });
  await opening.catch((error: unknown) => {
    // A signal to stop came during the start: that is a stop, not a failure.
    if (!starting.signal.aborted) throw error;
  });
};

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : String(error)}\n`);
  process.exit(1);
});
