import { isFiltering, isSelected, type Selection } from "../selection.ts";
import type { Stock, StockedLetter } from "../stock.ts";
import { type Column, table } from "../table.ts";
import { counted, matching, printable, shownTime, type Terminal } from "../terminal.ts";

type Options = { stock: Stock; selection: Selection; all: boolean; limit: number; json: boolean; terminal: Terminal };

// Ids, times and numbers must not be truncated: `show` needs the whole id, and a truncated time or number is wrong.
const columns: Column[] = [
  { head: "ID" },
  { head: "SINCE" },
  { head: "STATE" },
  { head: "REASON", canBeCut: true },
  { head: "TOPIC", canBeCut: true },
  { head: "KEY", canBeCut: true },
  { head: "BYTES" },
  { head: "DETAIL", canBeCut: true },
];

/** Prints the letters as a table, or as JSON. */
export const list = ({ stock, selection, all, limit, json, terminal }: Options): void => {
  const pool = stock.letters.filter(({ state }) => all || state === "open");
  const wanted = pool.filter(isSelected(selection));
  const shown = limit === 0 ? wanted : wanted.slice(-limit);
  if (json) return shown.forEach((letter) => terminal.print(printable(JSON.stringify(letter))));
  if (shown.length > 0) {
    const width = terminal.width ?? Number.POSITIVE_INFINITY;
    for (const line of table(columns, shown.map(cellsOf), width)) terminal.print(line);
    terminal.print("");
  }
  if (shown.length < wanted.length)
    terminal.print(`The newest ${shown.length} of ${wanted.length}; --limit 0 shows all.`);
  if (!isFiltering(selection)) return terminal.print(summary(stock.letters));
  const what = all ? "dead letter" : "open dead letter";
  terminal.print(`${matching(wanted.length, pool.length, what)}${inBrackets(reasonsOf(wanted))}.`);
};

const cellsOf = ({ id, putAt, state, reason, from, key, valueBytes, isCut, detail }: StockedLetter): string[] =>
  [
    id,
    shownTime(putAt),
    state,
    reason || "-",
    from?.topic ?? "-",
    key ?? "-",
    `${valueBytes}${isCut ? " (cut)" : ""}`,
    detail,
  ].map((cell) => printable(cell));

/** `3 dead letters are open (not_json 2, wrong_shape 1); 4 are redriven, 1 is discarded.` */
const summary = (letters: readonly StockedLetter[]): string => {
  const open = letters.filter(({ state }) => state === "open");
  const are = (count: number): string => `${count} ${count === 1 ? "is" : "are"}`;
  const of = (state: string): number => letters.filter((letter) => letter.state === state).length;
  const begin = `${counted(open.length, "dead letter")} ${open.length === 1 ? "is" : "are"} open`;
  return `${begin}${inBrackets(reasonsOf(open))}; ${are(of("redriven"))} redriven, ${are(of("discarded"))} discarded.`;
};

/** `not_json 2, wrong_shape 1` */
const reasonsOf = (letters: readonly StockedLetter[]): string => {
  const counts = new Map<string, number>();
  for (const { reason } of letters) counts.set(reason || "no reason", (counts.get(reason || "no reason") ?? 0) + 1);
  return [...counts].map(([reason, count]) => `${printable(reason)} ${count}`).join(", ");
};

const inBrackets = (text: string): string => (text === "" ? "" : ` (${text})`);
