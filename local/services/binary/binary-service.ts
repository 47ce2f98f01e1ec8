import { type Child, endOfLog, startChild } from "../runs/child-process.ts";
import type { ProvidedService, WayOptions } from "../service.ts";
import type { ServiceName } from "../service-name.ts";
import { waitUntil } from "../wait-until.ts";

export interface BinaryOptions extends Pick<WayOptions, "run" | "signal" | "onUnexpectedExit"> {
  name: ServiceName;
  address: string;
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  logFile: string;
  /** Resolves to true when the server is ready. */
  isReady: () => Promise<boolean>;
}

const startLimitMs = 90_000;

/** Runs a server's binary as a service that can be stopped and started again. */
export async function startBinaryService(options: BinaryOptions): Promise<ProvidedService> {
  const { name, address } = options;
  let child: Child | undefined;

  async function start(): Promise<void> {
    if (child !== undefined) return;
    const started = await startChild({ ...options, output: { file: options.logFile } });
    child = started;
    try {
      await ready(started, options);
    } catch (error) {
      child = undefined;
      await started.stop("SIGKILL");
      throw error;
    }
    void watch(started);
  }

  async function watch(started: Child): Promise<void> {
    const { how } = await started.exited;
    if (child !== started) return;
    child = undefined;
    options.onUnexpectedExit?.(`${name} ended unexpectedly (${how}). ${endOfLog(options.logFile)}`);
  }

  async function stop(signal?: NodeJS.Signals): Promise<void> {
    const running = child;
    child = undefined;
    await running?.stop(signal);
  }

  await start();
  return {
    name,
    how: "binary",
    address,
    get pid() {
      return child?.pid;
    },
    stop,
    start,
    close: () => stop(),
  };
}

async function ready(child: Child, { name, logFile, signal, isReady }: BinaryOptions): Promise<void> {
  const ended = new AbortController();
  void child.exited.then(({ how }) => ended.abort(new Error(`${name} did not start (${how}). ${endOfLog(logFile)}`)));
  const either = AbortSignal.any([signal, ended.signal]);
  await waitUntil({ what: `${name} did not answer`, limitMs: startLimitMs, signal: either, check: isReady });
}
