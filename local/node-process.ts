import { fileURLToPath } from "node:url";
import { createReadableLog } from "./readable-log.ts";
import { type Child, startChild } from "./services/child-process.ts";
import type { Run } from "./services/run.ts";
import { waitUntil } from "./services/wait-until.ts";

export interface NodeProcessOptions {
  /** Before each of its lines. */
  name: string;
  /** From the clone's root, such as "src/main.ts". */
  script: string;
  env: NodeJS.ProcessEnv;
  /** Whose `/readyz` tells when it is up. */
  opsPort: number;
  run: Run;
  signal: AbortSignal;
  print: (line: string) => void;
}

export interface NodeProcess {
  name: string;
  /** Resolves once it has ended, with a sentence about it and its last lines. */
  ended: Promise<string>;
  stop: () => Promise<void>;
}

const readyLimitMs = 60_000;
const stopLimitMs = 15_000;

/** Starts one of the product's processes and waits until it is ready. Rejects with what it said when it ends instead. */
export async function startNodeProcess(options: NodeProcessOptions): Promise<NodeProcess> {
  const { name, script, env, opsPort, run, signal, print } = options;
  const readable = createReadableLog({ name, colorize: process.stdout.isTTY });
  const tail: string[] = [];
  const child = await startChild({
    name,
    command: process.execPath,
    args: [fileURLToPath(new URL(`../${script}`, import.meta.url))],
    env,
    output: {
      onLine: (line) => {
        print(readable(line));
        tail.push(line);
        if (tail.length > 10) tail.shift();
      },
    },
    run,
  });
  try {
    await ready({ child, name, opsPort, signal });
  } catch (error) {
    await child.stop("SIGTERM", stopLimitMs);
    throw error;
  }
  return {
    name,
    ended: child.exited.then(({ how }) => `The ${name} ended unexpectedly (${how}). ${lastWords(tail)}`),
    stop: () => child.stop("SIGTERM", stopLimitMs),
  };
}

function lastWords(lines: string[]): string {
  return lines.length === 0 ? "It said nothing." : `Its last lines:\n${lines.join("\n")}`;
}

interface ReadyOptions extends Pick<NodeProcessOptions, "name" | "opsPort" | "signal"> {
  child: Child;
}

async function ready({ child, name, opsPort, signal }: ReadyOptions): Promise<void> {
  const ended = new AbortController();
  void child.exited.then(({ how }) => ended.abort(new Error(`${name} did not start: ${how}, see above.`)));
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
