import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { runsFolder, stopLeftRuns } from "../../local/services/runs/left-runs.ts";
import { processStart } from "../../local/services/runs/process-start.ts";
import { waitUntil } from "../../local/services/wait-until.ts";

const script = fileURLToPath(new URL("fixtures/open-run.ts", import.meta.url));
const neverStarted = "df231986-1";
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lyvo-chat-runs-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("what a process started ends with it, also when it is killed outright", async () => {
  const { owner, sleeper } = await startOwner();
  owner.kill("SIGKILL");
  await hasEnded(sleeper);
});

test("what a crash left behind, with nobody to watch, the next start ends", async () => {
  const { owner, sleeper } = await startOwner();
  process.kill(watchdogOf(owner), "SIGKILL");
  owner.kill("SIGKILL");
  await once(owner, "exit");
  expect(processStart(sleeper)).toBeDefined();
  const lines: string[] = [];
  await stopLeftRuns(folder, (line) => lines.push(line));
  expect(lines).toEqual(["Stopped what an earlier run left behind: sleeper"]);
  expect(processStart(sleeper)).toBeUndefined();
});

test("a folder in use by a living process is refused", async () => {
  const { owner, sleeper } = await startOwner();
  await expect(stopLeftRuns(folder, () => {})).rejects.toThrow(`Process ${owner.pid} is running with the data in`);
  owner.kill("SIGKILL");
  await hasEnded(sleeper);
});

test("a process that got an old process's id is left alone", async () => {
  const stranger = spawn("sleep", ["600"]);
  const run = join(runsFolder(folder), `999999_${neverStarted}_abc`);
  mkdirSync(run, { recursive: true });
  writeFileSync(join(run, "0001-sleeper.json"), JSON.stringify({ pid: stranger.pid, start: neverStarted }));
  writeFileSync(join(run, "0002-cut-short.json"), '{"pid":');
  await stopLeftRuns(folder, () => {});
  expect(processStart(stranger.pid ?? 0)).toBeDefined();
  expect(readdirSync(runsFolder(folder))).toEqual([]);
  stranger.kill();
});

async function startOwner(): Promise<{ owner: ChildProcess; sleeper: number }> {
  const owner = spawn(process.execPath, [script, folder], {
    stdio: ["ignore", "pipe", "inherit"],
    env: withoutFlags(),
  });
  if (owner.stdout === null) throw new Error("no stdout");
  const [said] = await once(owner.stdout, "data");
  return { owner, sleeper: Number(said) };
}

function hasEnded(pid: number): Promise<void> {
  return waitUntil({
    what: "the program has not ended",
    limitMs: 60_000,
    check: () => processStart(pid) === undefined,
  });
}

function withoutFlags(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return env;
}

/** By what the system tells: its command line names the run's folder, which begins with the owner's id. */
function watchdogOf({ pid }: ChildProcess): number {
  const isIts = (command: string) => command.includes("watchdog.ts") && command.includes(`${pid}_`);
  return Number(readdirSync("/proc").find((name) => /^\d+$/.test(name) && isIts(commandOf(name))));
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
