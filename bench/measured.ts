import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { figuresOf, type Ratio, type Row, type Scenario } from "./outcome.ts";
import { median } from "./statistics.ts";

/** Medians over the turns, and what each turn had. */
export type MeasuredRow = { what: string; unit: string; values: Record<string, number> };
export type MeasuredRatio = Omit<Ratio, "value"> & { value: number; turns: number[] };

/** The result of one scenario, as it is kept between runs. */
export type Measured = {
  name: string;
  title: string;
  about: string;
  at: string;
  commit: string;
  machine: string;
  /** One-minute load average before each turn. */
  loads: number[];
  seconds: number;
  rows: MeasuredRow[];
  ratios: MeasuredRatio[];
};

const resultsFolder = fileURLToPath(new URL("results", import.meta.url));

/** Summarizes a scenario's turns. Ratios are computed within each turn; the result is their median. */
export const summarizeTurns = ({ ratios }: Scenario, turns: Row[][]): Pick<Measured, "rows" | "ratios"> => {
  const [first = []] = turns;
  const perTurn = turns.map((rows) => ratios(figuresOf(rows)));
  return {
    rows: first.map(({ what, unit, values }) => ({
      what,
      unit,
      values: Object.fromEntries(
        Object.keys(values).map((system) => [system, median(turns.map((rows) => figuresOf(rows)(what, system)))]),
      ),
    })),
    ratios: (perTurn[0] ?? []).map((ratio, index) => {
      const values = perTurn.map((all) => all[index]?.value ?? Number.NaN);
      return { ...ratio, value: median(values), turns: values };
    }),
  };
};

export const keep = (measured: Measured): void => {
  mkdirSync(resultsFolder, { recursive: true });
  writeFileSync(join(resultsFolder, `${measured.name}.json`), `${JSON.stringify(measured, null, 1)}\n`);
};

/** The kept results, by scenario. */
export const kept = (): Map<string, Measured> => {
  mkdirSync(resultsFolder, { recursive: true });
  const files = readdirSync(resultsFolder).filter((file) => file.endsWith(".json"));
  const read = (file: string): Measured => JSON.parse(readFileSync(join(resultsFolder, file), "utf8"));
  return new Map(files.map(read).map((measured) => [measured.name, measured]));
};
