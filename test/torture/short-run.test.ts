import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { runSchedule } from "./run.ts";
import { planSchedule, printSchedule } from "./schedule.ts";
import { removeFolder } from "./stack.ts";

// The long ones are run by hand: docs/torture.md.
const schedule = planSchedule({
  seed: 7,
  seconds: 14,
  members: 1,
  kinds: ["node-kill", "consumers-kill", "primary-kill", "redis-kill", "clients-cut", "redis-link-cut"],
  load: { people: 6, chats: 8, actionsPerS: 40, bookingEventsPerS: 2 },
  gapMs: 2_500,
});

/** Half a minute's work, and the waiting of a machine that does much else. */
const limitMs = 1_800_000;

test(
  "acked messages survive a short run of faults, once and in order",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "lyvo-torture-"));
    const said: string[] = [];
    const options = {
      folder,
      preload: [],
      signal: AbortSignal.timeout(limitMs),
      report: (line: string) => said.push(line),
    };
    const { findings, history } = await runSchedule({ ...options, schedule });
    const broken = findings.flatMap(({ promise, broken: lines }) => lines.map((line) => `${promise}: ${line}`));
    // A failure is told with what one needs to see it again.
    if (broken.length > 0) console.error(`${printSchedule(schedule)}\n${said.join("\n")}\nhistory and logs: ${folder}`);
    expect(broken.slice(0, 10)).toEqual([]);
    expect(history.blows.map(({ said: failure }) => failure).filter(Boolean)).toEqual([]);
    expect(history.blows.length).toBeGreaterThan(2);
    expect(history.sends.filter(({ attempts }) => attempts.at(-1)?.outcome === "acked").length).toBeGreaterThan(100);
    await removeFolder(folder);
  },
  limitMs + 60_000,
);
