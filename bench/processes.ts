import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { endOfLog, startChild } from "../local/services/runs/child-process.ts";
import type { Run } from "../local/services/runs/run.ts";
import { waitUntil } from "../local/services/wait-until.ts";

// Linux reports a process's time in hundredths of a second, whatever the kernel's tick.
const ticksPerS = 100;

/** CPU seconds that a process has used, in user and kernel mode. NaN without /proc. */
export const cpuSeconds = (pid: number): number => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name is in parentheses and may contain anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / ticksPerS;
  } catch {
    return Number.NaN;
  }
};

/** The peak memory of a process in bytes. NaN without /proc. */
export const peakBytes = (pid: number): number => {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1_024;
  } catch {
    return Number.NaN;
  }
};

export type ServerProcess = { pid: number; stop: () => Promise<void> };

type Options = {
  name: string;
  /** From the clone's root, such as "src/main.ts". */
  script: string;
  nodeArgs?: string[];
  env: NodeJS.ProcessEnv;
  /** Answers 200 once the process serves. */
  readyUrl: string;
  logFile: string;
  run: Run;
  signal: AbortSignal;
};

const readyLimitMs = 30_000;
const stopLimitMs = 25_000;

/** Starts our server, or one to compare with, in a separate process, and waits until it serves. */
export const startServer = async (options: Options): Promise<ServerProcess> => {
  const { name, script, nodeArgs = [], env, readyUrl, logFile, run, signal } = options;
  const child = await startChild({
    name,
    command: process.execPath,
    args: [...nodeArgs, fileURLToPath(new URL(`../${script}`, import.meta.url))],
    env: { PATH: process.env["PATH"], NODE_ENV: "production", ...env },
    output: { file: logFile },
    run,
  });
  const ended = new AbortController();
  void child.exited.then(({ how }) => ended.abort(new Error(`${name} ended (${how}). ${endOfLog(logFile)}`)));
  try {
    await waitUntil({
      what: `${name} did not answer`,
      limitMs: readyLimitMs,
      signal: AbortSignal.any([signal, ended.signal]),
      check: () => answers(readyUrl),
    });
  } catch (error) {
    await child.stop("SIGKILL");
    throw error;
  }
  return { pid: child.pid, stop: () => child.stop("SIGTERM", stopLimitMs) };
};

const answers = async (url: string): Promise<boolean> => {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await response.body?.cancel();
  return response.ok;
};
