import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { removeContainer } from "../docker/docker.ts";
import { endProcess, isRunning, type ProcessId } from "./end-process.ts";

export const runsFolder = (folder: string): string => join(folder, "runs");

/** Ends what runs without a living process left behind. Throws if the process of a run is alive and is not this one. */
export async function stopLeftRuns(folder: string, report: (line: string) => void): Promise<void> {
  if (!existsSync(runsFolder(folder))) return;
  for (const name of readdirSync(runsFolder(folder))) {
    const owner = ownerOf(name);
    if (owner.pid === process.pid && isRunning(owner)) continue;
    if (isRunning(owner)) throw new Error(`Process ${owner.pid} is running with the data in ${folder}: stop it first.`);
    const stopped = await stopRun(join(runsFolder(folder), name));
    if (stopped.length > 0) report(`Stopped what an earlier run left behind: ${stopped.join(", ")}`);
  }
}

/** Ends everything registered in a run's folder, the newest first, and removes the folder. Returns the names. */
export async function stopRun(runFolder: string): Promise<string[]> {
  const stopped: string[] = [];
  for (const file of filesIn(runFolder).sort().toReversed()) {
    if (await stopNoted(readNote(join(runFolder, file)))) stopped.push(basename(file, ".json").replace(/^\d+-/, ""));
  }
  rmSync(runFolder, { recursive: true, force: true });
  return stopped;
}

/** false: it had already ended. */
async function stopNoted(note: Note): Promise<boolean> {
  if (note.container !== undefined) return removeContainer(note.container);
  if (note.pid === undefined || note.start === undefined) return false;
  const id = { pid: note.pid, start: note.start };
  if (!isRunning(id)) return false;
  await endProcess(id);
  return true;
}

function ownerOf(runName: string): ProcessId {
  const [pid, start] = runName.split("_");
  return { pid: Number(pid), start: start ?? "" };
}

function filesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** Empty if a crash truncated the file. */
function readNote(file: string): Note {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}

interface Note extends Partial<ProcessId> {
  container?: string;
}
