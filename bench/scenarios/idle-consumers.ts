import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Bed } from "../bed.ts";
import { createRows, inTurn, type Scenario } from "../outcome.ts";
import { cpuSeconds } from "../processes.ts";
import { publishBookings } from "../systems/publish-bookings.ts";
import { type ConsumersKind, startConsumers } from "../systems/start-consumers.ts";

/** By then the group is joined, and what was compiled for the start is collected. */
const settleS = 20;
const leastS = 40;
const bookings = 100;

const idleShare = async (bed: Bed, name: ConsumersKind, topic: string, seconds: number): Promise<number> => {
  const mongodbUri = bed.databaseUri(`bench-idle-${randomBytes(4).toString("hex")}`);
  const consumers = await startConsumers(bed, name, { mongodbUri, topic });
  const wait = (s: number): Promise<void> => pause(s * 1_000, undefined, { signal: bed.signal });
  try {
    await wait(settleS);
    const [before, began] = [cpuSeconds(consumers.pid), performance.now()];
    await wait(seconds);
    return (cpuSeconds(consumers.pid) - before) / ((performance.now() - began) / 1_000);
  } finally {
    await consumers.stop();
  }
};

export const idleConsumers: Scenario = {
  name: "idle-consumers",
  title: "Consumers with nothing to do",
  about:
    `CPU time of one process of consumers on a topic of six partitions, from ${settleS} s after its start, with the ` +
    `${bookings} bookings there were long handled. Ours also follows the database's changes for \`chat.events\` and keeps ` +
    "the lease for that; the plain design only consumes.",
  turn: async (bed, { seconds }, turn) => {
    const topic = await publishBookings([await bed.startKafka()], bookings);
    const rows = createRows();
    for (const name of inTurn(["plain", "ours"] as const, turn).filter(bed.wants)) {
      rows.add("CPU", "% of a core", name, 100 * (await idleShare(bed, name, topic, Math.max(seconds, leastS))));
    }
    return rows.rows;
  },
  ratios: (at) => [{ what: "CPU of a core, in hundredths: ours", value: at("CPU", "ours"), target: { atMost: 1 } }],
};
