import { waitUntil } from "../wait-until.ts";
import { processStart } from "./process-start.ts";

export interface ProcessId {
  pid: number;
  /** As `processStart` returns it. */
  start: string;
}

export function isRunning({ pid, start }: ProcessId): boolean {
  return processStart(pid) === start;
}

/**
 * Asks the process to end, waits, and kills it at the limit; then kills the rest of its process group, which it leads.
 * If the process is already gone, that is fine.
 */
export async function endProcess(id: ProcessId, signal: NodeJS.Signals = "SIGTERM", limitMs = 10_000): Promise<void> {
  if (!isRunning(id)) return;
  send(id, signal);
  // A process that a test has frozen cannot handle a signal.
  send(id, "SIGCONT");
  if (!(await isGone(id, limitMs))) send(id, "SIGKILL");
  await isGone(id, 5_000);
  killGroup(id.pid);
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // The group is empty.
  }
}

function send(id: ProcessId, signal: NodeJS.Signals): void {
  if (!isRunning(id)) return;
  try {
    process.kill(id.pid, signal);
  } catch {
    // The process ended in between.
  }
}

function isGone(id: ProcessId, limitMs: number): Promise<boolean> {
  return waitUntil({ what: "gone", limitMs, everyMs: 25, check: () => !isRunning(id) }).then(
    () => true,
    () => false,
  );
}
