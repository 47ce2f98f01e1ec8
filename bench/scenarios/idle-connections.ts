import { setTimeout as pause } from "node:timers/promises";
import type { Bed } from "../bed.ts";
import { type Memory, memoryOf } from "../inspector.ts";
import { createRows, inTurn, type Scenario } from "../outcome.ts";
import { startSystem } from "../systems/start-system.ts";
import type { RunningSystem } from "../systems/system.ts";

const systems = ["plain", "ours", "relay"] as const;
const people = 5_000;
const firstChats = 100;
const settleMs = 3_000;

const pretendChats = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, index) => ({
    chatId: "",
    ownerId: `${prefix}-owner-${index}`,
    seekerId: `${prefix}-seeker-${index}`,
  }));

const settledMemory = async ({ inspectors: [inspector] }: RunningSystem): Promise<Memory> => {
  if (inspector === undefined) throw new Error("started without inspect");
  await pause(settleMs);
  return memoryOf(inspector);
};

const connect = (bed: Bed, { urls }: RunningSystem, count: number, prefix: string) =>
  bed.generator.tell("connect", { urls, chats: pretendChats(count, prefix), join: false });

export const idleConnections: Scenario = {
  name: "idle-connections",
  title: "Idle connections",
  about:
    `${people} people are connected and in no chat. Memory is read after full garbage collections, with some ` +
    `${firstChats * 2} connections there before, so that code and first buffers are not counted. The relay is bare Socket.IO.`,
  turn: async (bed, _options, turn) => {
    const rows = createRows();
    for (const name of inTurn(systems, turn).filter(bed.wants)) {
      const system = await startSystem(bed, name, { inspect: true });
      try {
        await connect(bed, system, firstChats, "first");
        const before = await settledMemory(system);
        await connect(bed, system, people / 2, "idle");
        const after = await settledMemory(system);
        const each = (bytesOf: (memory: Memory) => number) => (bytesOf(after) - bytesOf(before)) / people / 1_024;
        rows.add(
          "resident memory of a connection",
          "KB",
          name,
          each(({ rss }) => rss),
        );
        rows.add(
          "heap and buffers of a connection",
          "KB",
          name,
          each(({ heapUsed, external }) => heapUsed + external),
        );
      } finally {
        await bed.generator.disconnect();
        await system.stop();
      }
    }
    return rows.rows;
  },
  ratios: (at) => [
    {
      what: "resident: ours to bare Socket.IO",
      value: at("resident memory of a connection", "ours") / at("resident memory of a connection", "relay"),
      target: { atMost: 1.15 },
    },
    {
      what: "heap and buffers: ours to bare Socket.IO",
      value: at("heap and buffers of a connection", "ours") / at("heap and buffers of a connection", "relay"),
    },
  ],
};
