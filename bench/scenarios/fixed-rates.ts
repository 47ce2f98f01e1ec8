import type { Bed } from "../bed.ts";
import { createRows, inTurn, type Rows, type Scenario, type TurnOptions } from "../outcome.ts";
import { withProfile } from "../systems/profile.ts";
import type { SystemName } from "../systems/system.ts";
import { addLoad, withSystem } from "./under-load.ts";

const size = 200;
/** A node runs for weeks and its code is compiled; a few hundred messages are too few for that. */
const runningS = 6;
const plainThird = "a third of the plain design's most";
const plainTwoThirds = "two thirds of the plain design's most";
const ourThird = "a third of our most";
const ourTwoThirds = "two thirds of our most";

/** Messages a second, by name. The plain design gets no more than it can handle. */
type Rates = { where: string; ratePerS: number; systems: SystemName[]; withWrites: boolean }[];

const everybody: SystemName[] = ["plain", "ours", "relay"];

const findMost = (bed: Bed, name: SystemName, { seconds, warmUpSeconds }: TurnOptions): Promise<number> =>
  withSystem(bed, name, { chats: size }, async ({ urls }, chats) => {
    await bed.generator.tell("connect", { urls, chats, join: true });
    const options = { chats: size, underWay: 1, warmUpSeconds, seconds, watch: {} };
    const load = await bed.generator.tell("closedLoop", options);
    return load.acked / load.seconds;
  });

const findRates = async (bed: Bed, options: TurnOptions): Promise<Rates> => {
  const plain = await findMost(bed, "plain", options);
  const ours = await findMost(bed, "ours", options);
  return [
    { where: plainThird, ratePerS: plain / 3, systems: everybody, withWrites: true },
    { where: plainTwoThirds, ratePerS: (plain * 2) / 3, systems: everybody, withWrites: true },
    { where: ourThird, ratePerS: ours / 3, systems: ["ours", "relay"], withWrites: false },
    { where: ourTwoThirds, ratePerS: (ours * 2) / 3, systems: ["ours", "relay"], withWrites: false },
  ];
};

const measureSystem = (bed: Bed, name: SystemName, rates: Rates, options: TurnOptions, rows: Rows): Promise<void> =>
  withSystem(bed, name, { chats: size }, async (system, chats) => {
    const { urls, pids } = system;
    await bed.generator.tell("connect", { urls, chats, join: true });
    await bed.generator.tell("closedLoop", {
      chats: size,
      underWay: 1,
      warmUpSeconds: 0,
      seconds: runningS,
      watch: {},
    });
    for (const { where, ratePerS, systems } of rates) {
      if (!systems.includes(name)) continue;
      const watch = { ...bed.shared(), node: pids };
      const load = await withProfile(bed, system, where.replaceAll(/\W+/g, "-"), () =>
        bed.generator.tell("openLoop", { chats: size, ratePerS, watch, ...options }),
      );
      rows.add(`${where}: sent`, "1/s", name, ratePerS);
      addLoad(rows, where, name, load);
      rows.add(`${where}: the generator is late, p99`, "ms", name, load.lateMs.p99);
    }
  });

const measureWrites = async (bed: Bed, rates: Rates, options: TurnOptions, rows: Rows): Promise<void> => {
  for (const { where, ratePerS, withWrites } of rates) {
    if (!withWrites) continue;
    const mongodbUri = bed.databaseUri("bench-writes");
    const { p50, p99 } = await bed.generator.tell("writeAtRate", { mongodbUri, ratePerS, ...options });
    rows.add(`${where}: ack p50`, "ms", "write", p50);
    rows.add(`${where}: ack p99`, "ms", "write", p99);
  }
};

const createFixedRates = (): Scenario => {
  let rates: Rates | undefined;
  return {
    name: "fixed-rates",
    title: "At fixed rates",
    about:
      `${size} chats, messages at random moments (a Poisson process) at a rate that does not wait for answers. ` +
      "“Write” is the driver's bare insertMany of one document with the same write concern, at the same moments.",
    turn: async (bed, options, turn) => {
      rates ??= await findRates(bed, options);
      const rows = createRows();
      for (const name of inTurn(everybody, turn).filter(bed.wants)) {
        await measureSystem(bed, name, rates, options, rows);
      }
      await measureWrites(bed, rates, options, rows);
      return rows.rows;
    },
    ratios: (at) => {
      const p99 = (what: "ack" | "delivery", where: string, system: string) => at(`${where}: ${what} p99`, system);
      const floors = p99("delivery", plainThird, "relay") + p99("ack", plainThird, "write");
      return [
        {
          what: `ack p99 at ${plainTwoThirds}: ours to the plain design`,
          value: p99("ack", plainTwoThirds, "ours") / p99("ack", plainTwoThirds, "plain"),
          target: { atMost: 0.5 },
        },
        {
          what: `delivery p99 at ${plainTwoThirds}: ours to the plain design`,
          value: p99("delivery", plainTwoThirds, "ours") / p99("delivery", plainTwoThirds, "plain"),
          target: { atMost: 0.5 },
        },
        {
          what: `delivery p99 at ${plainThird}: ours to the relay and one write added`,
          value: p99("delivery", plainThird, "ours") / floors,
          target: { atMost: 1.4 },
        },
      ];
    },
  };
};
export const fixedRates = createFixedRates();
