import type { Bed } from "../bed.ts";
import type { BenchChat } from "../load/people.ts";
import { createRows, type Scenario } from "../outcome.ts";
import { seedEdits } from "../systems/seed-edits.ts";
import { seedHistory } from "../systems/seed-history.ts";
import { startSystem } from "../systems/start-system.ts";
import type { RunningSystem, SystemName } from "../systems/system.ts";

const systems = ["plain", "ours"] as const;
const [few, many] = [1_000, 1_000_000];
const joinsPerSecond = 50;

type Seeded = { system: RunningSystem; chats: BenchChat[] };

const seed = async (bed: Bed, name: SystemName, started: RunningSystem[]): Promise<Seeded> => {
  const system = await startSystem(bed, name);
  started.push(system);
  const [short, long, edited] = await system.makeChats(3);
  if (!short || !long || !edited) throw new Error("no chats");
  bed.report(`  ${name}: writing ${many} messages into one chat`);
  await seedHistory(system, short, few, bed.signal);
  await seedHistory(system, long, many, bed.signal);
  // The plain design has no edits.
  if (name !== "ours") return { system, chats: [short, long] };
  await seedHistory(system, edited, few, bed.signal);
  await seedEdits(system, edited, few / 2);
  return { system, chats: [short, long, edited] };
};

const kindsOf = (name: SystemName) => ({
  [`newest 50 of ${few}`]: { pair: 0, expected: 50 },
  [`newest 50 of ${many}`]: { pair: 1, expected: 50 },
  // The plain design has no such call.
  ...(name === "ours" && {
    [`50 in the middle of ${few}`]: { pair: 0, afterSeq: few / 2, expected: 50 },
    [`50 in the middle of ${many}`]: { pair: 1, afterSeq: many / 2, expected: 50 },
    [`50 in the middle of ${few}, 25 edited`]: { pair: 2, afterSeq: few / 2, expected: 50 },
    [`newest 50 of ${few}, 25 edited and their edits`]: { pair: 2, expected: 50 },
  }),
});

const createHistory = (): Scenario => {
  let seeded: Seeded[] | undefined;
  const started: RunningSystem[] = [];
  return {
    name: "history",
    title: "Joining a chat with a long history",
    about: "join_chat with 50 messages, one join at a time, the chats in turn; milliseconds to the ack.",
    turn: async (bed, { seconds }) => {
      if (seeded === undefined) {
        seeded = [];
        for (const name of systems.filter(bed.wants)) seeded.push(await seed(bed, name, started));
      }
      const rows = createRows();
      for (const { system, chats } of seeded) {
        await bed.generator.tell("connect", { urls: system.urls, chats, join: true });
        const joins = { kinds: kindsOf(system.name), count: joinsPerSecond * seconds };
        for (const [kind, { p50, p99 }] of Object.entries(await bed.generator.tell("joins", joins))) {
          rows.add(`${kind}: p50`, "ms", system.name, p50);
          rows.add(`${kind}: p99`, "ms", system.name, p99);
        }
        await bed.generator.disconnect();
      }
      return rows.rows;
    },
    ratios: (at) => [
      ...["newest 50", "50 in the middle"].map((what) => ({
        what: `${what}: of ${many} to of ${few}, p50, ours`,
        value: at(`${what} of ${many}: p50`, "ours") / at(`${what} of ${few}: p50`, "ours"),
        target: { atMost: 1.2 },
      })),
      {
        what: "50 in the middle: 25 edited to none, p50, ours",
        value: at(`50 in the middle of ${few}, 25 edited: p50`, "ours") / at(`50 in the middle of ${few}: p50`, "ours"),
        target: { atMost: 1.1 },
      },
      {
        what: "newest 50: 25 edited and their edits to 50 messages, p50, ours",
        value:
          at(`newest 50 of ${few}, 25 edited and their edits: p50`, "ours") / at(`newest 50 of ${few}: p50`, "ours"),
        target: { atMost: 1.1 },
      },
    ],
    end: async () => {
      for (const system of started) await system.stop();
    },
  };
};
export const history = createHistory();
