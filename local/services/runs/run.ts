import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runsFolder, stopLeftRuns } from "./left-runs.ts";
import { processStart } from "./process-start.ts";

/** A process's list of what it started, kept in files so that others can end it if this process cannot. */
export interface Run {
  /** Registers what was just started; call it immediately after the start. Returns a function that removes the entry, to be called at its end. */
  note(name: string, started: { pid: number } | { container: string }): () => void;
  /** Removes the run. Everything in it must have ended before. May be called twice. */
  close(): Promise<void>;
}

/**
 * Stops what an earlier run in this folder left behind, and opens a new run. It also starts a watchdog: a process that
 * ends everything in the run as soon as this process is gone, however it ended.
 * Throws if another living process uses the folder.
 */
export async function openRun(folder: string, report: (line: string) => void): Promise<Run> {
  await stopLeftRuns(folder, report);
  const own = join(runsFolder(folder), `${process.pid}_${processStart(process.pid)}_${randomBytes(3).toString("hex")}`);
  mkdirSync(own, { recursive: true });
  const watchdog = startWatchdog(own);
  let count = 0;
  return {
    note(name, started) {
      count += 1;
      const file = join(own, `${String(count).padStart(4, "0")}-${name}.json`);
      const note = "pid" in started ? { ...started, start: processStart(started.pid) } : started;
      writeFileSync(file, JSON.stringify(note));
      return () => rmSync(file, { force: true });
    },
    async close() {
      rmSync(own, { recursive: true, force: true });
      removeIfEmpty(runsFolder(folder));
      await endWatchdog(watchdog);
    },
  };
}

function startWatchdog(runFolder: string): ChildProcess {
  const script = fileURLToPath(new URL("watchdog.ts", import.meta.url));
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, [script, runFolder], {
    detached: true,
    env,
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.on("error", () => {});
  child.stdin?.on("error", () => {});
  child.unref();
  return child;
}

async function endWatchdog(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.ref();
  child.stdin?.end();
  await exited;
}

function removeIfEmpty(folder: string): void {
  try {
    if (readdirSync(folder).length === 0) rmSync(folder, { recursive: true });
  } catch {
    // Another process removed or filled it.
  }
}
