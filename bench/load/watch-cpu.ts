import { cpuSeconds } from "../processes.ts";

/** CPU seconds used meanwhile, by name. */
export type CpuUse = Record<string, number>;

/** Begins to watch processes, several under one name added up. The returned function tells what they used since. */
export const watchCpu = (processes: Record<string, number[]>): (() => CpuUse) => {
  const all = Object.entries({ ...processes, generator: [process.pid] });
  const used = (pids: number[]): number => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  const before = all.map(([, pids]) => used(pids));
  return () => Object.fromEntries(all.map(([name, pids], index) => [name, used(pids) - (before[index] ?? 0)]));
};
