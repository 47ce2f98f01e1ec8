import { fileURLToPath, pathToFileURL } from "node:url";
import { type Child, endOfLog, startChild } from "../../local/services/runs/child-process.ts";
import type { Run } from "../../local/services/runs/run.ts";
import { waitUntil } from "../../local/services/wait-until.ts";

/** One of the product's processes, which can be killed, frozen and started again. */
export type ProductProcess = {
  name: string;
  start: (env?: NodeJS.ProcessEnv) => Promise<void>;
  /** Ends it and waits until it is gone. */
  stop: (signal: NodeJS.Signals) => Promise<void>;
  signal: (signal: NodeJS.Signals) => void;
  /** How it ended without being told to, one text for each time. */
  endings: () => string[];
};

type Options = {
  name: string;
  /** From the clone's root, such as "src/main.ts". */
  script: string;
  /** Modules of this folder that are loaded before the script. */
  preload: string[];
  env: NodeJS.ProcessEnv;
  opsPort: number;
  /** Each start writes a log of its own: this name, and a number. */
  logFile: string;
  run: Run;
  signal: AbortSignal;
};

// Beside other work on the same cores a start takes a minute.
const readyLimitMs = 240_000;
const root = new URL("../../", import.meta.url);

export const createProductProcess = (options: Options): ProductProcess => {
  const { name, script, preload, opsPort, run, signal } = options;
  const endings: string[] = [];
  let child: Child | undefined;
  let starts = 0;

  const watch = async (started: Child, logFile: string): Promise<void> => {
    const { how } = await started.exited;
    if (child !== started) return;
    child = undefined;
    endings.push(`${name} ended by itself (${how}). ${endOfLog(logFile)}`);
  };

  const start = async (env: NodeJS.ProcessEnv = {}): Promise<void> => {
    starts += 1;
    const logFile = `${options.logFile}-${starts}.log`;
    const imports = preload.flatMap((file) => [
      "--import",
      pathToFileURL(fileURLToPath(new URL(file, import.meta.url))).href,
    ]);
    const started = await startChild({
      name,
      command: process.execPath,
      args: [...imports, fileURLToPath(new URL(script, root))],
      env: { ...options.env, ...env },
      output: { file: logFile },
      run,
    });
    child = started;
    void watch(started, logFile);
    await waitUntil({ what: `${name} was not ready`, limitMs: readyLimitMs, signal, check: () => isReady(opsPort) });
  };

  return {
    name,
    start,
    stop: async (how) => {
      const running = child;
      child = undefined;
      await running?.stop(how, 25_000);
    },
    signal: (how) => {
      if (child !== undefined) process.kill(child.pid, how);
    },
    endings: () => endings,
  };
};

const isReady = async (opsPort: number): Promise<boolean> => {
  const answer = await fetch(`http://127.0.0.1:${opsPort}/readyz`, { signal: AbortSignal.timeout(2_000) });
  await answer.body?.cancel();
  return answer.ok;
};
