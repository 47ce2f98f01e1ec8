import { createInterface } from "node:readline/promises";
import { ConfigError } from "../../src/config/parse-settings.ts";
import { createLogger } from "../../src/process/logger.ts";
import { UsageError } from "./arguments.ts";
import { DlqError, runDlq } from "./run.ts";
import { printable, type Terminal } from "./terminal.ts";

const { stdin, stdout, stderr } = process;
const progressEveryMs = 5_000;

// The reader of our output may exit early, as `head` does. The work continues without it.
for (const stream of [stdout, stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

const createTerminal = (signal: AbortSignal): Terminal => {
  let shownAt = performance.now();
  let isOpen = false;
  const endProgress = (): void => {
    if (isOpen) stderr.write("\n");
    isOpen = false;
  };
  return {
    width: stdout.isTTY ? stdout.columns : null,
    print: (line) => {
      endProgress();
      stdout.write(`${line}\n`);
    },
    progress: (line) => {
      if (stderr.isTTY) {
        stderr.write(`\r${line}`);
        isOpen = true;
      } else if (performance.now() - shownAt > progressEveryMs) {
        stderr.write(`${line}\n`);
        shownAt = performance.now();
      }
    },
    confirm: stdin.isTTY && stdout.isTTY ? (question) => ask(question, signal) : null,
  };
};

const ask = async (question: string, signal: AbortSignal): Promise<boolean> => {
  const terminal = createInterface({ input: stdin, output: stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `, { signal })).trim());
  } finally {
    terminal.close();
  }
};

const messageOf = (error: unknown): string => {
  if (error instanceof UsageError) return `${error.message}\nnpm run dlq -- --help explains all of it.`;
  if (error instanceof ConfigError || error instanceof DlqError) return error.message;
  return `it failed: ${error instanceof Error ? error.message : String(error)}`;
};

const main = async (): Promise<number> => {
  const stop = new AbortController();
  const asked = new Error("stopped");
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => (stop.signal.aborted ? process.exit(1) : stop.abort(asked)));
  }
  try {
    const isDone = await runDlq({
      args: process.argv.slice(2),
      env: process.env,
      terminal: createTerminal(stop.signal),
      createLogger: (level) => createLogger({ level, process: "dlq", destination: stderr }),
      signal: stop.signal,
    });
    return isDone ? 0 : 1;
  } catch (error) {
    stderr.write(`${printable(messageOf(error), "\n")}\n`);
    return error instanceof UsageError || error instanceof ConfigError ? 2 : 1;
  }
};

// Not `process.exit`, which would truncate output to a pipe. kafkajs leaves nothing that keeps the process alive, or the
// limit ends it.
process.exitCode = await main();
setTimeout(() => process.exit(), 10_000).unref();
