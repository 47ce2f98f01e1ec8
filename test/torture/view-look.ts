import type { Item } from "../../client/src/types.ts";
import { type History, now } from "./history.ts";

type Shown = { client: number; slot: number; chatId: string; items: readonly Item[]; completeTo: number };

/** Looks at what the package shows of a chat: what is wrong by itself is noted, the rest is held against the log later. */
export const lookAt = ({ client, slot, chatId, items, completeTo }: Shown, history: History): void => {
  const seqs = items.flatMap(({ message }) => ("seq" in message ? [message.seq] : []));
  for (const text of faultsOf(items, seqs)) {
    history.viewFaults.push(`client ${client}, tab ${slot}, ${chatId}, at ${Math.round(now())} ms: ${text}`);
  }
  const [from] = seqs;
  if (from === undefined) return;
  const count = seqs.filter((seq) => seq <= completeTo).length;
  const place = `${client} ${slot} ${chatId}`;
  const known = history.looks.get(place) ?? [];
  const last = known.at(-1);
  if (last?.from === from && last.completeTo === completeTo && last.count === count) return;
  known.push({ from, completeTo, count });
  history.looks.set(place, known);
};

const faultsOf = (items: readonly Item[], seqs: number[]): string[] => {
  const faults: string[] = [];
  const turned = seqs.findIndex((seq, at) => at > 0 && seq <= (seqs[at - 1] ?? 0));
  if (turned !== -1) faults.push(`${seqs[turned]} is shown after ${seqs[turned - 1]}`);
  const keys = items.map(({ key }) => key);
  if (new Set(keys).size < keys.length) {
    const twice = keys.find((key, at) => keys.indexOf(key) !== at);
    faults.push(`${twice} is shown twice`);
  }
  const firstDraft = items.findIndex(({ message }) => !("seq" in message));
  if (firstDraft !== -1 && firstDraft < seqs.length) faults.push("a draft is shown before an entry");
  return faults;
};
