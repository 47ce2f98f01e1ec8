import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Bed } from "../bed.ts";
import { createRows, inTurn, type Scenario } from "../outcome.ts";
import { cpuSeconds } from "../processes.ts";
import { median } from "../statistics.ts";
import { publishBookings } from "../systems/publish-bookings.ts";
import { type ConsumersKind, startConsumers } from "../systems/start-consumers.ts";

/** After this time the group is joined, and the garbage of the start is collected. */
const settleS = 40;
const windowS = 10;
const windows = 6;
const bookings = 100;

/** Hundredths of a core, in each window. */
const idleShares = async (bed: Bed, name: ConsumersKind, topic: string): Promise<number[]> => {
  const mongodbUri = bed.databaseUri(`bench-idle-${randomBytes(4).toString("hex")}`);
  const consumers = await startConsumers(bed, name, { mongodbUri, topic });
  const wait = (s: number): Promise<void> => pause(s * 1_000, undefined, { signal: bed.signal });
  const shares: number[] = [];
  try {
    await wait(settleS);
    while (shares.length < windows) {
      const [before, began] = [cpuSeconds(consumers.pid), performance.now()];
      await wait(windowS);
      shares.push((100_000 * (cpuSeconds(consumers.pid) - before)) / (performance.now() - began));
    }
    return shares;
  } finally {
    await consumers.stop();
  }
};

export const idleConsumers: Scenario = {
  name: "idle-consumers",
  title: "Consumers with nothing to do",
  about:
    `CPU time of one process of consumers on a topic of six partitions whose ${bookings} bookings are long handled, in ` +
    `${windows} windows of ${windowS} s, from ${settleS} s after its start. Ours also follows the database's changes for ` +
    "`chat.events` and keeps the lease for that; the plain design only consumes.",
  turn: async (bed, _options, turn) => {
    const topic = await publishBookings([await bed.startKafka()], bookings);
    const rows = createRows();
    for (const name of inTurn(["plain", "ours"] as const, turn).filter(bed.wants)) {
      const shares = await idleShares(bed, name, topic);
      rows.add("CPU, the middle of the windows", "% of a core", name, median(shares));
      rows.add("CPU, the least of the windows", "% of a core", name, Math.min(...shares));
    }
    return rows.rows;
  },
  ratios: (at) => [
    {
      what: "hundredths of a core, in the middle: ours",
      value: at("CPU, the middle of the windows", "ours"),
      target: { atMost: 1 },
    },
    {
      what: "CPU: ours to the plain design",
      value: at("CPU, the middle of the windows", "ours") / at("CPU, the middle of the windows", "plain"),
    },
  ],
};
