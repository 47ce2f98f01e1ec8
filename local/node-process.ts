import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createReadableLog } from "./readable-log.ts";
import { type Child, startChild } from "./services/runs/child-process.ts";
import type { Run } from "./services/runs/run.ts";
import { waitUntil } from "./services/wait-until.ts";

export interface NodeProcessOptions {
  /** The prefix of each of its lines. */
  name: string;
  /** From the clone's root, such as "src/main.ts". */
  script: string;
  /** Options for Node itself, such as `--watch`. */
  nodeOptions?: string[];
  env: NodeJS.ProcessEnv;
  /** The port whose `/readyz` reports that it is ready. */
  opsPort: number;
  /** Gets the log as the process wrote it. */
  logFolder: string;
  run: Run;
  signal: AbortSignal;
  /** Gets its lines, made readable. */
  print: (line: string) => void;
}

export interface NodeProcess {
  name: string;
  /** Resolves when it has ended, to a sentence about it and its last lines. */
  ended: Promise<string>;
  stop: () => Promise<void>;
}

const readyLimitMs = 60_000;
const stopLimitMs = 15_000;

/** Starts one of the product's processes and waits until it is ready. If it ends instead, rejects with its output. */
export async function startNodeProcess(options: NodeProcessOptions): Promise<NodeProcess> {
  const { name, script, nodeOptions = [], env, opsPort, run, signal } = options;
  const log = openLog(options);
  const child = await startChild({
    name,
    command: process.execPath,
    args: [...nodeOptions, fileURLToPath(new URL(`../${script}`, import.meta.url))],
    env,
    output: { onLine: log.onLine },
    run,
  });
  try {
    await ready({ child, name, opsPort, signal, tail: log.tail });
  } catch (error) {
    await child.stop("SIGTERM", stopLimitMs);
    throw error;
  }
  return {
    name,
    ended: child.exited.then(({ how }) => `The ${name} ended unexpectedly (${how}). ${log.tail()}`),
    stop: () => child.stop("SIGTERM", stopLimitMs),
  };
}

function openLog({ name, logFolder, print }: NodeProcessOptions) {
  mkdirSync(logFolder, { recursive: true });
  const path = join(logFolder, `${name.replaceAll(" ", "-")}.log`);
  const file = createWriteStream(path);
  const readable = createReadableLog({ name, colorize: process.stdout.isTTY });
  const lastLines: string[] = [];
  return {
    onLine: (line: string) => {
      file.write(`${line}\n`);
      lastLines.push(readable(line));
      if (lastLines.length > 8) lastLines.shift();
      print(readable(line));
    },
    tail: () => (lastLines.length === 0 ? "It said nothing." : `${path} ends with:\n${lastLines.join("\n")}`),
  };
}

interface ReadyOptions extends Pick<NodeProcessOptions, "name" | "opsPort" | "signal"> {
  child: Child;
  tail: () => string;
}

async function ready({ child, name, opsPort, signal, tail }: ReadyOptions): Promise<void> {
  const ended = new AbortController();
  void child.exited.then(({ how }) => ended.abort(new Error(`The ${name} did not start (${how}). ${tail()}`)));
  const either = AbortSignal.any([signal, ended.signal]);
  await waitUntil({
    what: `${name} was not ready`,
    limitMs: readyLimitMs,
    signal: either,
    check: () => isReady(opsPort),
  });
}

async function isReady(opsPort: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${opsPort}/readyz`, { signal: AbortSignal.timeout(2_000) });
  await answer.body?.cancel();
  return answer.ok;
}
