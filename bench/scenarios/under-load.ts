import type { Bed } from "../bed.ts";
import type { Load } from "../load/closed-loop.ts";
import type { BenchChat } from "../load/people.ts";
import type { Rows } from "../outcome.ts";
import { startSystem } from "../systems/start-system.ts";
import type { RunningSystem, SystemName } from "../systems/system.ts";

type Options = { nodes?: number; chats: number };

/** Starts a system with chats in it, and stops it afterwards. */
export const withSystem = async <T>(
  bed: Bed,
  name: SystemName,
  { nodes = 1, chats: count }: Options,
  act: (system: RunningSystem, chats: BenchChat[]) => Promise<T>,
): Promise<T> => {
  const system = await startSystem(bed, name, { nodes, inspect: bed.profileFolder !== undefined });
  try {
    return await act(system, await system.makeChats(count));
  } finally {
    await bed.generator.disconnect();
    await system.stop();
  }
};

/** Adds the figures of one run of a system under load. */
export const addLoad = (rows: Rows, where: string, system: SystemName, load: Load): void => {
  const add = (what: string, unit: string, value: number) => rows.add(`${where}: ${what}`, unit, system, value);
  add("acked messages", "1/s", load.acked / load.seconds);
  add("ack p50", "ms", load.ackMs.p50);
  add("ack p99", "ms", load.ackMs.p99);
  add("delivery p50", "ms", load.deliveryMs.p50);
  add("delivery p99", "ms", load.deliveryMs.p99);
  add("refused or unanswered", "", load.refused + load.unanswered);
  const { node = Number.NaN, mongodb = 0, redis = 0, generator = 0 } = load.cpu;
  const perThousand = (seconds: number): number => (seconds * 1_000) / load.acked;
  add("CPU of the node", "s per 1,000", perThousand(node));
  add("CPU of node, MongoDB and Redis", "s per 1,000", perThousand(node + mongodb + redis));
  add("cores busy: node", "", node / load.seconds);
  add("cores busy: MongoDB", "", mongodb / load.seconds);
  add("cores busy: load generator", "", generator / load.seconds);
};
