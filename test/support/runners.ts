import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startChild } from "../../local/services/runs/child-process.ts";
import type { Run } from "../../local/services/runs/run.ts";
import { type Counts, countsOf, jestCounts, playwrightCounts } from "./counts.ts";

export interface RunnerOptions {
  /** For the runner; names of test files, and flags. */
  args: string[];
  env: NodeJS.ProcessEnv;
  /** Gets the runner's report. */
  folder: string;
  run: Run;
  signal: AbortSignal;
  /** How long the runner may take; three quarters of an hour unless told. */
  limitMs?: number;
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * With room for what loading and many short chats allocate, the garbage collector moves little of it: this saves a tenth of
 * the processor time of the tests. Jest's workers get the flags of its own process.
 */
const roomToLoad = ["--min-semi-space-size=64", "--max-semi-space-size=64"];

export async function runJest({ args, env, folder, ...rest }: RunnerOptions): Promise<Counts> {
  const report = join(folder, "jest.json");
  const script = join(root, "node_modules/jest/bin/jest.js");
  const code = await runToEnd({
    ...rest,
    name: "jest",
    report,
    args: [...roomToLoad, script, "--json", `--outputFile=${report}`, ...args],
    env: { ...env, NODE_ENV: "test", NODE_OPTIONS: "--experimental-vm-modules --disable-warning=ExperimentalWarning" },
  });
  return countsOf(report, code, jestCounts);
}

export async function runPlaywright({ args, env, folder, ...rest }: RunnerOptions): Promise<Counts> {
  const report = join(folder, "playwright.json");
  const script = join(root, "node_modules/@playwright/test/cli.js");
  const code = await runToEnd({
    ...rest,
    name: "playwright",
    report,
    args: [script, "test", "--reporter=list,json", ...args],
    env: { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: report },
  });
  return countsOf(report, code, playwrightCounts);
}

export function hasPageTests(): boolean {
  const folder = join(root, "test/page");
  return (
    existsSync(folder) && readdirSync(folder, { recursive: true }).some((file) => String(file).endsWith(".test.ts"))
  );
}

interface RunToEndOptions extends Pick<RunnerOptions, "args" | "env" | "run" | "signal" | "limitMs"> {
  name: string;
  /** The file that the runner writes last. */
  report: string;
}

const wholeLimitMs = 80 * 60_000;
const leaveLimitMs = 60_000;

/**
 * Resolves to the exit code; to null or another failure for a runner that took too long, or that did not end after its
 * report because a test left something open. A stop request is passed on, and then rejects.
 */
async function runToEnd({
  name,
  report,
  args,
  env,
  run,
  signal,
  limitMs = wholeLimitMs,
}: RunToEndOptions): Promise<number | null> {
  signal.throwIfAborted();
  const child = await startChild({ name, command: process.execPath, args, env, cwd: root, output: "inherit", run });
  const stop = () => void child.stop("SIGINT", 5_000);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  limit.addEventListener("abort", stop, { once: true });
  const watch = setInterval(() => {
    if (!existsSync(report) || Date.now() - statSync(report).mtimeMs < leaveLimitMs) return;
    console.error(`${name} did not end after its last test: a test left something open.`);
    clearInterval(watch);
    stop();
  }, 1_000);
  const { code } = await child.exited;
  clearInterval(watch);
  limit.removeEventListener("abort", stop);
  signal.throwIfAborted();
  return code;
}
