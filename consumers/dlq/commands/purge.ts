import type { Publisher } from "../../kafka/publisher.ts";
import { markOf } from "../letter.ts";
import type { Selection } from "../selection.ts";
import type { Stock, StockedLetter } from "../stock.ts";
import { counted, type Terminal } from "../terminal.ts";
import { isNothing, planOf, sentencesOf } from "./purge-plan.ts";
import type { Cut } from "./settled.ts";

type Options = {
  stock: Stock;
  selection: Selection;
  all: boolean;
  dryRun: boolean;
  yes: boolean;
  topic: string;
  publisher: Pick<Publisher, "publish">;
  /** Deletes the records before the offsets. */
  deleteBefore: (cuts: Cut[]) => Promise<void>;
  terminal: Terminal;
  signal: AbortSignal;
};

/** Deletes letters as far as Kafka can, and marks those that it cannot delete yet. False: it was not confirmed. */
export const purge = async (options: Options): Promise<boolean> => {
  const { stock, selection, all, dryRun, terminal } = options;
  const plan = planOf(stock, selection, all);
  for (const line of sentencesOf(plan, dryRun)) terminal.print(line);
  if (dryRun || isNothing(plan)) return true;
  const { cuts, deleted, marked } = plan;
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
