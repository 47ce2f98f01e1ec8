import { execFileSync } from "node:child_process";
import { arch, cpus, loadavg, release, totalmem, type } from "node:os";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

const git = (...args: string[]): string => {
  try {
    return execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "";
  }
};

/** The measured commit; says if the sources differed from it. */
export const commit = (): string => {
  const changed = git("status", "--porcelain", "--", "src", "consumers", "bench", "package-lock.json");
  const hash = git("rev-parse", "--short=10", "HEAD") || "no commit";
  return changed === "" ? hash : `${hash} with changes`;
};

export const machine = (): string => {
  const [cpu] = cpus();
  const memoryGb = Math.round(totalmem() / 1_024 ** 3);
  return `${cpus().length} × ${cpu?.model ?? "unknown"}, ${memoryGb} GB, ${type()} ${release()} ${arch()}, Node ${process.versions.node}`;
};

/** How many processes wanted to run, over the last minute. */
export const load = (): number => loadavg()[0] ?? Number.NaN;
