import { setTimeout as pause } from "node:timers/promises";
import type { ProvidedService } from "../../local/services/service.ts";
import { type History, now } from "./history.ts";
import { type Fault, type FaultKind, printFault, targetOf } from "./schedule.ts";
import type { Node, Stack } from "./stack.ts";

/** Does the harm; the returned function mends it. */
type Strike = (stack: Stack, fault: Fault) => Promise<() => Promise<void> | void>;

const nodeOf = ({ nodes }: Stack, { on }: Fault): Node => {
  const node = nodes[on % nodes.length];
  if (node === undefined) throw new Error("no node");
  return node;
};

const consumersOf = ({ consumers }: Stack, { on }: Fault) => {
  const process = consumers[on % consumers.length];
  if (process === undefined) throw new Error("no consumers");
  return process;
};

const send = ({ pid }: ProvidedService, signal: NodeJS.Signals): void => {
  if (pid !== undefined) process.kill(pid, signal);
};

const killService = async (service: ProvidedService) => {
  await service.stop("SIGKILL");
  return () => service.start();
};

const freezeServices = (services: ProvidedService[]) => {
  for (const service of services) send(service, "SIGSTOP");
  return () => {
    for (const service of services) send(service, "SIGCONT");
  };
};

/** Stops a node and starts it again, with its clock shifted where asked for. */
const restart = async (node: Node, signal: NodeJS.Signals, env: NodeJS.ProcessEnv = {}) => {
  await node.process.stop(signal);
  return () => node.process.start(env);
};

const strikes: Record<FaultKind, Strike> = {
  "node-kill": (stack, fault) => restart(nodeOf(stack, fault), "SIGKILL"),
  "node-stop": (stack, fault) => restart(nodeOf(stack, fault), "SIGTERM"),
  "node-freeze": async (stack, fault) => {
    const { process } = nodeOf(stack, fault);
    process.signal("SIGSTOP");
    return () => process.signal("SIGCONT");
  },
  "clock-shift": async (stack, fault) => {
    const node = nodeOf(stack, fault);
    const back = await restart(node, "SIGKILL", { TORTURE_CLOCK_SHIFT_S: String(fault.amount) });
    await back();
    return async () => (await restart(node, "SIGKILL"))();
  },
  "consumers-kill": async (stack, fault) => {
    const process = consumersOf(stack, fault);
    await process.stop("SIGKILL");
    return () => process.start();
  },
  "consumers-join": async ({ moreConsumers }) => {
    await moreConsumers.start();
    return () => moreConsumers.stop("SIGTERM");
  },
  "primary-kill": async ({ mongodb }) => killService(await mongodb.primary()),
  "primary-freeze": async ({ mongodb }) => freezeServices([await mongodb.primary()]),
  "secondaries-freeze": async ({ mongodb }) => {
    const primary = await mongodb.primary();
    return freezeServices(mongodb.members.filter((member) => member !== primary));
  },
  "redis-kill": ({ redis }) => killService(redis),
  "redis-freeze": async ({ redis }) => freezeServices([redis]),
  "kafka-kill": ({ kafka }) => killService(kafka),
  "clients-cut": async (stack, fault) => cut(nodeOf(stack, fault).clients, fault),
  "clients-slow": async (stack, fault) => slow(nodeOf(stack, fault).clients, fault),
  "clients-stall": async (stack, fault) => nodeOf(stack, fault).clients.hold(fault.amount / 100, "both"),
  "clients-stop-reading": async (stack, fault) => nodeOf(stack, fault).clients.hold(fault.amount / 100, "to-client"),
  "redis-link-cut": async (stack, fault) => cut(nodeOf(stack, fault).redis, fault),
  "redis-link-slow": async (stack, fault) => slow(nodeOf(stack, fault).redis, fault),
  "redis-link-stall": async (stack, fault) => nodeOf(stack, fault).redis.hold(fault.amount / 100, "both"),
};

const cut = (proxy: Node["clients"], { amount }: Fault) => {
  proxy.refuse(true);
  proxy.cut(amount / 100);
  return () => proxy.refuse(false);
};

const slow = (proxy: Node["clients"], { amount }: Fault) => {
  proxy.slow(amount);
  return () => proxy.slow(0);
};

type Options = {
  stack: Stack;
  faults: Fault[];
  fromMs: number;
  history: History;
  signal: AbortSignal;
  report: (line: string) => void;
};

/** Strikes at the planned times, counted from `fromMs`. Resolves when everything stands again; an abort mends at once. */
export const playFaults = async ({ stack, faults, fromMs, history, signal, report }: Options): Promise<void> => {
  const wait = (ms: number) => pause(Math.max(0, ms), undefined, { signal }).catch(() => undefined);
  const began = now() - fromMs;
  const targets = new Map<string, Promise<void>>();
  // What takes longer than planned, such as a stop that drains, holds up the next blow at the same target.
  const inTurn = (fault: Fault, blow: (before: Promise<void>) => Promise<void>): Promise<void> => {
    const turn = blow(targets.get(targetOf(fault)) ?? Promise.resolve());
    targets.set(targetOf(fault), turn);
    return turn;
  };
  await Promise.all(
    faults.map((fault) =>
      inTurn(fault, async (before) => {
        await wait(fault.atMs - (now() - began));
        await before;
        if (signal.aborted) return;
        report(printFault(fault));
        const start = now();
        const said = await strike(stack, fault, wait);
        history.blows.push({ fault, start, end: now(), said });
        if (said !== "") report(`  ${fault.kind}: ${said}`);
      }),
    ),
  );
};

const strike = async (stack: Stack, fault: Fault, wait: (ms: number) => Promise<unknown>): Promise<string> => {
  try {
    const mend = await strikes[fault.kind](stack, fault);
    await wait(fault.forMs);
    await mend();
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
