import type { Card } from "../../../src/chat/cards/card.ts";
import type { Entry } from "../../../src/chat/log/entry.ts";
import { isShown } from "../../../src/chat/log/entry-kinds.ts";
import type { Dump } from "../dump.ts";
import type { Logs } from "./logs.ts";

/** (h) After quiet, once a chat was looked at, its card is a copy of the log's head. */
export const cardsFollow = ({ cards }: Pick<Dump, "cards">, logs: Logs): string[] =>
  cards.flatMap((card) => behind(card, logs.of(card.id)));

const behind = (card: Card, log: readonly Entry[]): string[] => {
  const head = log.at(-1);
  if (head === undefined) return [`${card.id} has a card and no log`];
  const shown = log.findLast(isShown);
  const wanted = {
    lastSeq: head.seq,
    status: head.state.status,
    statusReason: head.state.statusReason,
    counted: head.state.counted,
    lastMessage: shown?.id ?? null,
  };
  const is = { ...card, lastMessage: card.lastMessage?.id ?? null };
  return [...differences(card.id, is, wanted), ...unreadSends(card, head)];
};

const differences = (id: string, is: Record<string, unknown>, wanted: Record<string, unknown>): string[] =>
  Object.keys(wanted)
    .filter((field) => is[field] !== wanted[field])
    .map((field) => `the card of ${id} has ${field} ${String(is[field])}, the log ${String(wanted[field])}`);

/** Sending reads all that came before. */
const unreadSends = (card: Card, head: Entry): string[] =>
  (["owner", "seeker"] as const)
    .filter((role) => card.read[role].seq < head.state.sent[role].seq)
    .map((role) => `in ${card.id} ${role} wrote ${head.state.sent[role].seq} and has read ${card.read[role].seq}`);
