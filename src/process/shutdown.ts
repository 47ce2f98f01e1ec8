import type { Logger } from "./logger.ts";

type Options = {
  logger: Logger;
  /** Stops everything; called once, with the time that is left. */
  stop: (deadlineMs: number) => Promise<void>;
  deadlineMs: number;
};

/**
 * Runs until SIGTERM or SIGINT, then stops within the deadline. A second signal, the deadline, or an uncaught error
 * ends the process at once: Kubernetes starts a new one, and the chats' log has lost nothing.
 */
export const runUntilSignal = ({ logger, stop, deadlineMs }: Options): void => {
  let stopping = false;
  const exit = (code: number): void => {
    logger.flush();
    process.exit(code);
  };

  const end = async (signal: string): Promise<void> => {
    if (stopping) return exit(1);
    stopping = true;
    logger.info({ signal }, "stopping");
    setTimeout(() => {
      logger.error("the deadline passed before everything had stopped");
      exit(1);
    }, deadlineMs + 1_000).unref();
    await stop(deadlineMs);
    logger.info("stopped");
    exit(0);
  };

  const failed = (error: unknown): void => {
    logger.fatal({ err: error }, "ended by an error that nobody caught");
    exit(1);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      end(signal).catch(failed);
    });
  }
  process.on("uncaughtException", failed);
  process.on("unhandledRejection", failed);
};
