import { isFiltering, isSelected, type Selection } from "../selection.ts";
import type { Stock, StockedLetter } from "../stock.ts";
import { counted, matching } from "../terminal.ts";
import { type Cut, cutsOf } from "./settled.ts";

/** What a purge does, and with which letters. */
export type Plan = {
  /** How many of the open letters match, if a selection was given. */
  matched: { count: number; open: number } | null;
  cuts: Cut[];
  deleted: StockedLetter[];
  /** Open letters to be discarded that follow a letter that stays. */
  marked: StockedLetter[];
  /** Letters that were redriven or discarded before and follow a letter that stays. */
  waiting: StockedLetter[];
};

const isOpen = ({ state }: StockedLetter): boolean => state === "open";

/** Plans which letters to delete: the redriven and discarded ones, and the selected open ones. */
export const planOf = (stock: Stock, selection: Selection, all: boolean): Plan => {
  const isFiltered = isFiltering(selection);
  const isMeant = isFiltered ? isSelected(selection) : () => all;
  const goes = (letter: StockedLetter): boolean => !isOpen(letter) || isMeant(letter);
  const cuts = cutsOf(stock.ranges, stock.letters, goes);
  const cutAt = new Map(cuts.map(({ partition, before }) => [partition, before]));
  const isDeleted = ({ partition, offset }: StockedLetter): boolean => offset < (cutAt.get(partition) ?? 0);
  const going = stock.letters.filter(goes);
  const later = going.filter((letter) => !isDeleted(letter));
  const open = stock.letters.filter(isOpen);
  return {
    matched: isFiltered ? { count: open.filter(isMeant).length, open: open.length } : null,
    cuts,
    deleted: going.filter(isDeleted),
    marked: later.filter(isOpen),
    waiting: later.filter((letter) => !isOpen(letter)),
  };
};

/** Whether the purge would change nothing. */
export const isNothing = ({ cuts, marked }: Plan): boolean => cuts.length === 0 && marked.length === 0;

/** What the purge does, what it leaves, and why, in one sentence each. */
export const sentencesOf = (plan: Plan, dryRun: boolean): string[] => {
  const { matched, deleted, marked, waiting } = plan;
  const will = dryRun ? "would" : "will";
  const later = "for a later purge";
  return [
    matched && `${matching(matched.count, matched.open, "open dead letter")}.`,
    isNothing(plan) && `There is nothing to do${waiting.length > 0 ? " now" : ": no dead letter is to go"}.`,
    !isNothing(plan) && `${counted(deleted.length, "dead letter")} ${will} be deleted${whichOf(plan)}.`,
    marked.length > 0 && `${counted(marked.length, "open dead letter")} ${will} be marked as discarded, ${later}.`,
    waiting.length > 0 && `${counted(waiting.length, "redriven or discarded dead letter")} must wait ${later}.`,
    marked.length + waiting.length > 0 &&
      "Kafka deletes from a partition's beginning only: what stands behind a letter that stays goes when that one does.",
  ].filter((sentence) => typeof sentence === "string");
};

/** ` (1 open, 2 redriven or discarded)` */
const whichOf = ({ deleted, cuts }: Plan): string => {
  const open = deleted.filter(isOpen).length;
  if (deleted.length > 0) return ` (${open} open, ${deleted.length - open} redriven or discarded)`;
  return cuts.length > 0 ? ", only marks of those that are gone" : "";
};
