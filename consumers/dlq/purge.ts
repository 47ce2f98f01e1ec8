import type { Publisher } from "../publisher.ts";
import { markOf } from "./letter.ts";
import { isSelected, type Selection } from "./selection.ts";
import { type Cut, cutsOf } from "./settled.ts";
import type { Stock, StockedLetter } from "./stock.ts";
import { counted, type Terminal } from "./terminal.ts";

type Options = {
  stock: Stock;
  selection: Selection;
  all: boolean;
  dryRun: boolean;
  yes: boolean;
  topic: string;
  publisher: Pick<Publisher, "publish">;
  /** Deletes what stands before the offsets. */
  deleteBefore: (cuts: Cut[]) => Promise<void>;
  terminal: Terminal;
  signal: AbortSignal;
};

/** Deletes letters as far as Kafka can, and marks those that it cannot delete yet. False: nobody said yes. */
export const purge = async (options: Options): Promise<boolean> => {
  const { stock, selection, all, dryRun, terminal } = options;
  const isFiltered = selection.where.length > 0 || selection.before !== null;
  const isDiscarded = isFiltered ? isSelected(selection) : () => all;
  const isSettled = (letter: StockedLetter): boolean => letter.state !== "open" || isDiscarded(letter);
  const cuts = cutsOf(stock.ranges, stock.letters, isSettled);
  const cutAt = new Map(cuts.map(({ partition, before }) => [partition, before]));
  const isDeleted = ({ partition, offset }: StockedLetter): boolean => offset < (cutAt.get(partition) ?? 0);
  const settled = stock.letters.filter(isSettled);
  const deleted = settled.filter(isDeleted);
  const marked = settled.filter((letter) => letter.state === "open" && !isDeleted(letter));
  const later = settled.length - deleted.length;

  const will = dryRun ? "would be" : "will be";
  terminal.print(
    `${counted(deleted.length, "dead letter")} ${will} deleted, ${deleted.filter(({ state }) => state === "open").length} of them open.`,
  );
  if (later > 0) {
    terminal.print(
      `${counted(later, "more")} ${will} marked as discarded, or ${later === 1 ? "is" : "are"} settled already, and can be deleted only after those before them in their partitions.`,
    );
  }
  if (dryRun || (cuts.length === 0 && marked.length === 0)) return true;
  if (!(await isConfirmed(options))) return false;
  await mark(options, marked);
  if (cuts.length > 0) await options.deleteBefore(cuts);
  terminal.print(`${counted(deleted.length, "dead letter")} deleted, ${marked.length} marked as discarded.`);
  return true;
};

const isConfirmed = async ({ yes, terminal }: Options): Promise<boolean> => {
  if (yes) return true;
  if (terminal.confirm === null) {
    terminal.print("Nothing was done: with nobody to ask, purge needs --yes.");
    return false;
  }
  if (await terminal.confirm("This cannot be undone. Go on?")) return true;
  terminal.print("Nothing was done.");
  return false;
};

const mark = async ({ publisher, topic, terminal, signal }: Options, letters: StockedLetter[]): Promise<void> => {
  for (const [index, letter] of letters.entries()) {
    signal.throwIfAborted();
    await publisher.publish(markOf(topic, letter, "discarded"));
    terminal.progress(`${index + 1} of ${letters.length} marked`);
  }
};
