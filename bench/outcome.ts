import type { Bed } from "./bed.ts";

/** What was measured under one heading, by system or floor. */
export type Row = { what: string; unit: string; values: Record<string, number> };

/** A figure to reach. */
export type Target = { atLeast: number } | { atMost: number };
/** Figures of one turn in proportion to each other. */
export type Ratio = { what: string; value: number; target?: Target };

export type TurnOptions = { seconds: number; warmUpSeconds: number };

export type Scenario = {
  name: string;
  title: string;
  /** How it is measured, for the reader of the results. */
  about: string;
  /** Measures everything once. */
  turn: (bed: Bed, options: TurnOptions, turn: number) => Promise<Row[]>;
  /** The ratios of one turn; `at` finds its figures. */
  ratios: (at: At) => Ratio[];
  /** Releases what was kept between turns. */
  end?: () => Promise<void>;
};

/** The figure of a row and a system; NaN if it was not measured. */
export type At = (what: string, system: string) => number;

export const figuresOf =
  (rows: Row[]): At =>
  (what, system) =>
    rows.find((row) => row.what === what)?.values[system] ?? Number.NaN;

/** Collects figures row by row, in the order in which the rows are first named. */
export const createRows = () => {
  const rows: Row[] = [];
  return {
    rows,
    add: (what: string, unit: string, system: string, value: number): void => {
      const known = rows.find((row) => row.what === what);
      if (known) known.values[system] = value;
      else rows.push({ what, unit, values: { [system]: value } });
    },
  };
};
export type Rows = ReturnType<typeof createRows>;

/** The systems in another order each turn, so that none always follows a heavy one. */
export const inTurn = <T>(items: readonly T[], turn: number): T[] => {
  const start = turn % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
};
