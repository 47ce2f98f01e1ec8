import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Bed } from "../bed.ts";
import { profiled } from "../inspector.ts";
import type { RunningSystem } from "./system.ts";

/** Runs work on a system, with a CPU profile of its first node if profiles are wanted. */
export const withProfile = async <T>(
  { profileFolder, report }: Pick<Bed, "profileFolder" | "report">,
  { name, inspectors }: RunningSystem,
  what: string,
  act: () => Promise<T>,
): Promise<T> => {
  const [inspector] = inspectors;
  if (profileFolder === undefined || inspector === undefined) return act();
  mkdirSync(profileFolder, { recursive: true });
  const file = join(profileFolder, `${name}-${what}.cpuprofile`);
  report(`  profile: ${file}`);
  return profiled(inspector, file, act);
};
