import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { endProcess } from "./end-process.ts";
import { processStart } from "./process-start.ts";
import type { Run } from "./run.ts";

export interface ChildOptions {
  name: string;
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Where stdout and stderr go: to a file, truncated at each start; line by line to a listener; or to ours. */
  output: { file: string } | { onLine: (line: string) => void } | "inherit";
  run: Run;
}

export interface Child {
  readonly pid: number;
  /** Resolves when it has ended, to the way it ended, such as "exit code 1". */
  readonly exited: Promise<{ code: number | null; how: string }>;
  /** Ends it and waits until it is gone; at the limit it is killed. */
  stop: (signal?: NodeJS.Signals, limitMs?: number) => Promise<void>;
}

/** Starts a program that a Ctrl-C in the terminal does not reach, and registers it in the run. Rejects if it cannot be started. */
export async function startChild({ name, command, args, env, cwd, output, run }: ChildOptions): Promise<Child> {
  const { stdio, release } = openOutput(output);
  const child = spawn(command, args, { detached: true, stdio: ["ignore", stdio, stdio], env: env ?? process.env, cwd });
  release();
  const { pid } = child;
  if (pid === undefined) throw await new Promise<Error>((resolve) => child.once("error", resolve));
  const forget = run.note(name, { pid });
  const start = processStart(pid) ?? "";
  if (typeof output === "object" && "onLine" in output) {
    for (const stream of [child.stdout, child.stderr]) if (stream !== null) readLines(stream, output.onLine);
  }
  // "close" comes after "exit" and after the last line.
  const exited = new Promise<{ code: number | null; how: string }>((resolve) =>
    child.once("close", (code, signal) => resolve({ code, how: signal ?? `exit code ${code}` })),
  ).finally(forget);
  return {
    pid,
    exited,
    stop: async (signal, limitMs) => {
      await endProcess({ pid, start }, signal, limitMs);
      await exited;
    },
  };
}

/** For a message about why a process ended: the path and the end of its log. */
export function endOfLog(logFile: string): string {
  const text = existsSync(logFile) ? readFileSync(logFile, "utf8") : "";
  const lines = text.trimEnd().split("\n").slice(-6);
  return `${logFile} ends with:\n${lines.map((line) => line.slice(0, 240)).join("\n")}`;
}

function openOutput(output: ChildOptions["output"]): { stdio: number | "pipe" | "inherit"; release: () => void } {
  if (output === "inherit") return { stdio: "inherit", release: () => {} };
  if ("onLine" in output) return { stdio: "pipe", release: () => {} };
  mkdirSync(dirname(output.file), { recursive: true });
  const file = openSync(output.file, "w");
  return { stdio: file, release: () => closeSync(file) };
}

function readLines(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream }).on("line", onLine);
}
