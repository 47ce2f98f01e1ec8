import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { endProcess } from "./end-process.ts";
import { processStart } from "./process-start.ts";
import type { Run } from "./run.ts";

export interface ChildOptions {
  name: string;
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  /** Its stdout and stderr, begun anew with each start. */
  logFile: string;
  run: Run;
}

export interface Child {
  readonly pid: number;
  /** Resolves with how it ended, such as "exit code 1", once it has. */
  readonly exited: Promise<string>;
  /** Ends it and waits until it is gone; killed at the limit. */
  stop(signal?: NodeJS.Signals, limitMs?: number): Promise<void>;
}

/** Starts a program that a Ctrl-C in the terminal does not reach, noted in the run. Throws when it cannot be started. */
export async function startChild({ name, command, args, env, logFile, run }: ChildOptions): Promise<Child> {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, "w");
  const child = spawn(command, args, { detached: true, stdio: ["ignore", log, log], env: env ?? process.env });
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) throw await new Promise<Error>((resolve) => child.once("error", resolve));
  const forget = run.note(name, { pid });
  const start = processStart(pid) ?? "";
  const exited = new Promise<string>((resolve) =>
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`)),
  ).finally(forget);
  return {
    pid,
    exited,
    async stop(signal, limitMs) {
      await endProcess({ pid, start }, signal, limitMs);
      await exited;
    },
  };
}

/** The end of a log file, for a message about why its process failed. */
export function lastLines(logFile: string, count = 12): string {
  try {
    return readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-count).join("\n");
  } catch {
    return "";
  }
}
