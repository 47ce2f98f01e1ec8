import { readdirSync, readFileSync } from "node:fs";
import { until } from "./chat-client.ts";

const stateOf = (pid: number, thread: string): string => {
  const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
};

/**
 * Stops a process in the middle of whatever it does, its connections open. Resolves when every thread of it stands:
 * on a busy machine some run on for a while, and do more work.
 */
export const freeze = async (pid: number): Promise<void> => {
  process.kill(pid, "SIGSTOP");
  await until(() => readdirSync(`/proc/${pid}/task`).every((thread) => stateOf(pid, thread) === "T"), "freezing");
};

export const thaw = async (pid: number): Promise<void> => void process.kill(pid, "SIGCONT");
