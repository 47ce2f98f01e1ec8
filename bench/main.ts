import { readFileSync, writeFileSync } from "node:fs";
import { stopSignal } from "../local/stop-signal.ts";
import { type Arguments, readArguments, usage } from "./arguments.ts";
import { type Bed, openBed } from "./bed.ts";
import { commit, load, machine } from "./machine.ts";
import { keep, kept, type Measured, summarizeTurns } from "./measured.ts";
import type { Row, Scenario } from "./outcome.ts";
import { renderResults, renderSection } from "./render.ts";
import { bareWrites } from "./scenarios/bare-writes.ts";
import { bookingEvents } from "./scenarios/booking-events.ts";
import { catchingUp } from "./scenarios/catching-up.ts";
import { eventToChat } from "./scenarios/event-to-chat.ts";
import { fixedRates } from "./scenarios/fixed-rates.ts";
import { history } from "./scenarios/history.ts";
import { hotChat } from "./scenarios/hot-chat.ts";
import { idleConnections } from "./scenarios/idle-connections.ts";
import { idleConsumers } from "./scenarios/idle-consumers.ts";
import { inbox } from "./scenarios/inbox.ts";
import { saturation } from "./scenarios/saturation.ts";
import { twoNodes } from "./scenarios/two-nodes.ts";

const stopping = stopSignal();
const scenarios: Scenario[] = [
  saturation,
  fixedRates,
  twoNodes,
  hotChat,
  bareWrites,
  idleConnections,
  history,
  inbox,
  bookingEvents,
  eventToChat,
  catchingUp,
  idleConsumers,
];

const measure = async (bed: Bed, scenario: Scenario, { turns, seconds, quick }: Arguments): Promise<Measured> => {
  const measured: Row[][] = [];
  const loads: number[] = [];
  try {
    for (let turn = 0; turn < turns; turn += 1) {
      bed.signal.throwIfAborted();
      loads.push(load());
      bed.report(`\n${scenario.name}, turn ${turn + 1} of ${turns}, load average ${load().toFixed(1)}`);
      measured.push(await scenario.turn(bed, { seconds, warmUpSeconds: quick ? 1 : 3 }, turn));
    }
  } finally {
    await scenario.end?.();
  }
  const { name, title, about } = scenario;
  const circumstances = { at: new Date().toISOString(), commit: commit(), machine: machine(), loads, seconds };
  return { name, title, about, ...circumstances, ...summarizeTurns(scenario, measured) };
};

const writeResults = (): void => {
  const all = kept();
  const sections = scenarios.flatMap(({ name }) => all.get(name) ?? []);
  const notes = readFileSync(new URL("notes.md", import.meta.url), "utf8");
  writeFileSync(new URL("RESULTS.md", import.meta.url), renderResults(sections, machine(), notes));
};

const choose = (only: string[] | undefined): Scenario[] => {
  const names = scenarios.map(({ name }) => name);
  const unknown = only?.filter((name) => !names.includes(name)) ?? [];
  if (unknown.length > 0) throw new Error(`--only: there is no ${unknown.join(", ")}; there are ${names.join(", ")}`);
  return scenarios.filter(({ name }) => only?.includes(name) ?? true);
};

const main = async (): Promise<void> => {
  const given = readArguments(process.argv.slice(2));
  const chosen = choose(given.only);
  const bed = await openBed({ ...given, signal: stopping, report: (line) => console.log(line) });
  // A measurement that is under way waits for the generator.
  stopping.addEventListener("abort", () => void bed.generator.close(), { once: true });
  try {
    for (const scenario of chosen) {
      const measured = await measure(bed, scenario, given);
      bed.report(`\n${renderSection(measured)}`);
      // The results of some of the systems, or of a short run, are not written.
      if (!given.quick && given.systems === undefined) keep(measured);
    }
  } finally {
    await bed.close();
  }
  if (!given.quick && given.systems === undefined) writeResults();
};

await main().catch((error: unknown) => {
  process.exitCode = 1;
  if (stopping.aborted) return;
  console.error(error instanceof Error ? error.message : error);
  if (error instanceof Error && error.message.startsWith("--")) console.error(usage);
});
process.exit();
