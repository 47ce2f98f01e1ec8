import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { stopSignal } from "../../local/stop-signal.ts";
import { isClean } from "./check.ts";
import { plants } from "./planted.ts";
import { progress, type RunResult, runSchedule } from "./run.ts";
import { allFaultKinds, type FaultKind, planSchedule, printSchedule, type Schedule } from "./schedule.ts";
import { shrink } from "./shrink.ts";
import { removeFolder } from "./stack.ts";

// npm run torture -- --seconds 300 --seed 7
const { values } = parseArgs({
  options: {
    seconds: { type: "string" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    only: { type: "string" },
    members: { type: "string", default: "3" },
    gap: { type: "string", default: "4" },
    replay: { type: "string" },
    plant: { type: "string" },
    ignore: { type: "string", default: "" },
    shrink: { type: "string", default: "600" },
    keep: { type: "boolean", default: false },
  },
});
const signal = stopSignal();
const report = (line: string): void => console.log(line);

const planted = values.plant === undefined ? undefined : plants[values.plant];
if (values.plant !== undefined && planted === undefined) {
  throw new Error(`--plant: no ${values.plant}; there are ${Object.keys(plants).join(", ")}`);
}

const planned = async (): Promise<Schedule> => {
  if (values.replay !== undefined) return JSON.parse(await readFile(values.replay, "utf8")).schedule;
  return planSchedule({
    seed: Number(values.seed),
    seconds: Number(values.seconds ?? (planted === undefined ? 300 : 45)),
    kinds: values.only?.split(",").map(kindOf) ?? planted ?? allFaultKinds,
    members: values.members === "1" ? 1 : 3,
    gapMs: Number(values.gap) * 1_000,
  });
};

const kindOf = (name: string): FaultKind => {
  const kind = allFaultKinds.find((one) => one === name);
  if (kind === undefined) throw new Error(`--only: no fault ${name}; there are ${allFaultKinds.join(", ")}`);
  return kind;
};

const once = async (schedule: Schedule): Promise<RunResult> => {
  const folder = await mkdtemp(join(tmpdir(), "lyvo-torture-"));
  const preload = values.plant === undefined ? [] : [`plants/${values.plant}.ts`];
  const result = await runSchedule({ schedule, folder, preload, signal, report });
  const ignored = values.ignore.split(",").map((letter) => `(${letter})`);
  result.findings = result.findings.filter(({ promise }) => !ignored.some((letter) => promise.startsWith(letter)));
  tell(result);
  if (isClean(result.findings) && !values.keep) await removeFolder(folder);
  else report(`  history and logs: ${folder}`);
  return result;
};

const tell = ({ findings, history }: RunResult): void => {
  report(progress(history));
  for (const { promise, broken } of findings) {
    report(`${broken.length === 0 ? "ok  " : "FAIL"} ${promise}${broken.length === 0 ? "" : `: ${broken.length}`}`);
    for (const line of broken.slice(0, 5)) report(`       ${line}`);
  }
};

const main = async (): Promise<boolean> => {
  const schedule = await planned();
  report(printSchedule(schedule));
  const { findings } = await once(schedule);
  if (isClean(findings)) return true;
  const broken = findings.filter((finding) => finding.broken.length > 0);
  const fails = async (shorter: Schedule): Promise<boolean> => {
    report(`\ntrying ${shorter.faults.length} blows in ${shorter.seconds} s`);
    const again = await once(shorter);
    return again.findings.some(
      ({ promise, broken: now }) => now.length > 0 && broken.some((one) => one.promise === promise),
    );
  };
  const budgetMs = values.plant === undefined ? Number(values.shrink) * 1_000 : 0;
  const shortest = await shrink(schedule, fails, budgetMs);
  report(`\nFAILED with seed ${schedule.seed}. The shortest schedule that still fails:\n${printSchedule(shortest)}`);
  report(JSON.stringify({ schedule: shortest }));
  return false;
};

const clean = await main().catch((error: unknown) => {
  if (!signal.aborted) throw error;
  process.exit(130);
});
const caught = values.plant !== undefined && !clean;
if (values.plant !== undefined)
  report(caught ? `The plant ${values.plant} was caught.` : `The plant ${values.plant} was NOT caught.`);
process.exit(clean === (values.plant === undefined) ? 0 : 1);
