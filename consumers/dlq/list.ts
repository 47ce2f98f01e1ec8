import { isSelected, type Selection } from "./selection.ts";
import type { Stock, StockedLetter } from "./stock.ts";
import { table } from "./table.ts";
import { counted, printable, shownTime, type Terminal } from "./terminal.ts";

type Options = { stock: Stock; selection: Selection; all: boolean; limit: number; json: boolean; terminal: Terminal };

/** Prints the letters as a table, or as JSON. */
export const list = ({ stock, selection, all, limit, json, terminal }: Options): void => {
  const wanted = stock.letters.filter(isSelected(selection)).filter(({ state }) => all || state === "open");
  const shown = limit === 0 ? wanted : wanted.slice(-limit);
  if (json) return shown.forEach((letter) => terminal.print(JSON.stringify(letter)));
  if (shown.length > 0) {
    const heads = ["ID", "SINCE", "STATE", "REASON", "TOPIC", "KEY", "BYTES", "DETAIL"];
    for (const line of table(heads, shown.map(cellsOf), terminal.width)) terminal.print(line);
    terminal.print("");
  }
  if (shown.length < wanted.length)
    terminal.print(`The newest ${shown.length} of ${wanted.length}; --limit 0 shows all.`);
  terminal.print(summary(stock.letters));
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
  const reasons = new Map<string, number>();
  for (const { reason } of open) reasons.set(reason || "no reason", (reasons.get(reason || "no reason") ?? 0) + 1);
  const why = [...reasons].map(([reason, count]) => `${printable(reason)} ${count}`).join(", ");
  const are = (count: number): string => `${count} ${count === 1 ? "is" : "are"}`;
  const of = (state: string): number => letters.filter((letter) => letter.state === state).length;
  const begin = `${counted(open.length, "dead letter")} ${open.length === 1 ? "is" : "are"} open`;
  return `${begin}${why && ` (${why})`}; ${are(of("redriven"))} redriven, ${are(of("discarded"))} discarded.`;
};
