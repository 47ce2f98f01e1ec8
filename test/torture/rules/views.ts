import { isShown } from "../../../src/chat/log/entry-kinds.ts";
import { digest, type History, type Look, type View } from "../history.ts";
import { type Logs, named } from "./logs.ts";

/**
 * (o) What the package shows is the log: at each look every entry from the first item's seq to `completeTo` is there, in
 * the order of seq, nothing twice; and at the end each shows what the log shows.
 */
export const viewsShowTheLog = ({ viewFaults, looks, views }: History, logs: Logs): string[] => [
  ...viewFaults,
  ...[...looks].flatMap(([place, seen]) => {
    const chatId = place.split(" ").at(-1) ?? "";
    const shownUpTo = countsOf(logs, chatId);
    return seen.flatMap((look) => lookFaults(place, look, shownUpTo));
  }),
  ...views.flatMap((view) => endFaults(view, logs)),
];

/** How many entries of a chat up to each seq are shown; index 0 is before the first. */
const countsOf = (logs: Logs, chatId: string): number[] => {
  const counts = [0];
  for (const entry of logs.of(chatId)) counts.push((counts.at(-1) ?? 0) + (isShown(entry) ? 1 : 0));
  return counts;
};

const lookFaults = (place: string, { from, completeTo, count }: Look, shownUpTo: number[]): string[] => {
  const upTo = shownUpTo[completeTo];
  if (upTo === undefined) return [`${place} was complete to ${completeTo}; the log has ${shownUpTo.length - 1}`];
  // All that it shows lies behind a hole.
  if (completeTo < from) return count === 0 ? [] : [`${place} showed ${count} up to ${completeTo}, from ${from} on`];
  const there = upTo - (shownUpTo[from - 1] ?? 0);
  return there === count ? [] : [`${place} showed ${count} of ${there} from ${from} to ${completeTo}`];
};

const endFaults = ({ client, chatId, completeTo, shown }: View, logs: Logs): string[] => {
  const log = logs.of(chatId).filter(isShown);
  const name = `client ${client} in ${chatId}`;
  const wrong = log.findIndex(({ id, content }, at) => id !== shown[at]?.id || digest(content) !== shown[at]?.content);
  if (completeTo < (logs.of(chatId).at(-1)?.seq ?? 0)) return [`${name} ends at ${completeTo}`];
  if (wrong === -1 && shown.length === log.length) return [];
  const entry = log[wrong];
  const { seq = "nothing", content = "" } = shown[wrong === -1 ? log.length : wrong] ?? {};
  return [`${name} shows ${seq} ${content}; the log has ${entry?.seq} ${entry && digest(entry.content)}`];
};

/** (p) What was written in the package's outbox is in the log unless it was refused, and in the order it was written. */
export const draftsInOrder = ({ sends }: History, logs: Logs): string[] => {
  const drafts = sends.filter(({ slot, attempts }) => slot !== undefined && !attempts.some(isRefused));
  const lines = Map.groupBy(drafts, ({ client, slot, chatId }) => `${client} ${slot} ${chatId}`);
  return [...lines].flatMap(([place, line]) => {
    let last = 0;
    return line.flatMap(({ content }) => {
      const seq = logs.withContent(content)[0]?.seq;
      if (seq === undefined) return [`${named(content)} of ${place} is nowhere`];
      const isBehind = seq > last;
      const before = last;
      last = Math.max(last, seq);
      return isBehind
        ? []
        : [`${named(content)} of ${place} is at ${seq}, behind what was written before it at ${before}`];
    });
  });
};

const isRefused = ({ outcome }: { outcome: string }): boolean => outcome === "refused";
