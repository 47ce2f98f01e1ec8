import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../local/services/kept-port.ts";
import { type Child, startChild } from "../../local/services/runs/child-process.ts";
import { openRun } from "../../local/services/runs/run.ts";
import { waitUntil } from "../../local/services/wait-until.ts";
import { testSettings } from "./start-node.ts";

/** A chat node as a process of its own, which can be killed, stopped and started again on the same ports. */
export type NodeProcess = {
  url: string;
  opsUrl: string;
  /** Of Node's inspector; it listens where `inspect` was asked for. */
  inspectPort: number;
  /** @throws while it does not run */
  pid: () => number;
  isRunning: () => boolean;
  /** Resolves when it is gone, with how, such as "exit code 0". Killed past its own deadline and some seconds. */
  stop: (signal: NodeJS.Signals) => Promise<string>;
  /** Resolves when it is ready. */
  start: () => Promise<void>;
};

export type NodeProcesses = AsyncDisposable & {
  /** `descriptors`: how many files and connections the process may have open. */
  startNode: (
    overrides?: NodeJS.ProcessEnv,
    options?: { inspect?: boolean; descriptors?: number },
  ) => Promise<NodeProcess>;
};

const script = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const startLimitMs = 90_000;
/** The node's own deadline is twenty seconds, and one more; a busy machine takes longer over them. */
const stopLimitMs = 300_000;

/** A command, by way of a shell that lowers the limit of descriptors where one is given. */
const limited = ([command = "", ...args]: string[], descriptors: number | undefined) =>
  descriptors === undefined
    ? { command, args }
    : { command: "/bin/sh", args: ["-c", `ulimit -n ${descriptors} && exec "$0" "$@"`, command, ...args] };

/** Chat nodes as processes, which end with this one. */
export const openNodeProcesses = async (): Promise<NodeProcesses> => {
  const folder = await mkdtemp(join(tmpdir(), "lyvo-chat-nodes-"));
  const run = await openRun(folder, () => undefined);
  const stops: (() => Promise<unknown>)[] = [];

  const startNode: NodeProcesses["startNode"] = async (overrides = {}, { inspect = false, descriptors } = {}) => {
    const [ownPort, opsPort, inspectPort] = [await freePort(), await freePort(), await freePort()];
    const settings = testSettings({ PORT: String(ownPort), OPS_PORT: String(opsPort), ...overrides });
    const opsUrl = `http://127.0.0.1:${opsPort}`;
    let child: Child | undefined;

    const watch = async (started: Child): Promise<void> => {
      await started.exited;
      if (child === started) child = undefined;
    };
    const start = async (): Promise<void> => {
      const started = await startChild({
        name: "chat-node",
        ...limited([process.execPath, ...(inspect ? [`--inspect=127.0.0.1:${inspectPort}`] : []), script], descriptors),
        env: { PATH: process.env["PATH"], NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"], ...settings },
        output: { file: join(folder, `${ownPort}.log`) },
        run,
      });
      child = started;
      void watch(started);
      const check = async (): Promise<boolean> => (await fetch(`${opsUrl}/readyz`)).ok;
      await waitUntil({ what: "a chat node was not ready", limitMs: startLimitMs, check });
    };
    const stop = async (signal: NodeJS.Signals): Promise<string> => {
      const running = child;
      if (running === undefined) return "not running";
      await running.stop(signal, stopLimitMs);
      return (await running.exited).how;
    };
    const pid = (): number => {
      if (child === undefined) throw new Error("the chat node does not run");
      return child.pid;
    };

    stops.push(() => stop("SIGKILL"));
    await start();
    const isRunning = (): boolean => child !== undefined;
    return { url: `http://127.0.0.1:${ownPort}`, opsUrl, inspectPort, pid, isRunning, stop, start };
  };

  return {
    startNode,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(stops.map((stop) => stop()));
      await run.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
