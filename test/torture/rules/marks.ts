import type { Card } from "../../../src/chat/cards/card.ts";
import type { Role } from "../../../src/chat/roles.ts";
import type { Dump } from "../dump.ts";
import type { History, MarkCall, MarkKind, Snapshot } from "../history.ts";
import type { Logs } from "./logs.ts";

/**
 * (e) Read and delivered marks never move back: who asks later, or looks later, sees what was answered before. At the
 * end read ≤ delivered ≤ last.
 */
export const marks = (history: History, { cards }: Pick<Dump, "cards">, logs: Logs): string[] => [
  ...[...known(history).values()].flatMap(movedBack),
  ...history.marks.flatMap(({ kind, client, chatId, asked, seq }) =>
    seq < asked ? [`client ${client} marked ${asked} of ${chatId} as ${kind} and was answered ${seq}`] : [],
  ),
  ...cards.flatMap((card) => [...forgotten(card, history), ...crossedAtTheEnd(card, logs)]),
];

/** A mark that was seen: all that ended before `start` counts for it, and it counts for all that begins after `end`. */
type Seen = { start: number; end: number; seq: number; by: string };

const known = ({ marks: calls, snapshots }: History): Map<string, Seen[]> => {
  const seen = new Map<string, Seen[]>();
  const note = (kind: MarkKind, chatId: string, userId: string, one: Seen): void => {
    const key = `${kind} mark of ${userId} in ${chatId}`;
    const all = seen.get(key);
    if (all) all.push(one);
    else seen.set(key, [one]);
  };
  for (const call of calls) note(call.kind, call.chatId, call.userId, seenBy(call));
  for (const { asked, start, end, chatId, client, read, delivered } of snapshots) {
    // What an event tells may be older than the event.
    if (!asked) continue;
    const look = { start, end, by: `join of client ${client}` };
    for (const [userId, seq] of Object.entries(read)) note("read", chatId, userId, { ...look, seq });
    for (const [userId, seq] of Object.entries(delivered)) note("delivered", chatId, userId, { ...look, seq });
  }
  return new Map([...seen].map(([key, all]) => [key, all.map((one) => ({ ...one, by: `${key}, ${one.by}` }))]));
};

const seenBy = ({ start, end, seq, client }: MarkCall): Seen => ({ start, end, seq, by: `call of client ${client}` });

const movedBack = (all: Seen[]): string[] => {
  const byEnd = all.toSorted((one, other) => one.end - other.end);
  let highest = 0;
  let next = 0;
  return all
    .toSorted((one, other) => one.start - other.start)
    .flatMap(({ start, seq, by }) => {
      for (let done = byEnd[next]; done !== undefined && done.end < start; done = byEnd[++next]) {
        highest = Math.max(highest, done.seq);
      }
      return seq < highest ? [`${by}: ${seq} after ${highest} was answered`] : [];
    });
};

/** (e') Whenever anybody sees a chat: read ≤ delivered ≤ last. */
export const marksInOrder = ({ snapshots }: History): string[] => snapshots.flatMap(crossed);

const crossed = ({ client, asked, chatId, lastSeq, read, delivered }: Snapshot): string[] =>
  Object.keys(read).flatMap((userId) => {
    const [reads, reached] = [read[userId] ?? 0, delivered[userId] ?? 0];
    if (reads <= reached && reached <= lastSeq) return [];
    const how = asked ? "when it joined" : "by an event";
    return [`client ${client} saw ${how} in ${chatId}: ${userId} read ${reads}, delivered ${reached}, last ${lastSeq}`];
  });

const roles = ["owner", "seeker"] as const satisfies Role[];

const userOf = ({ participants }: Card, role: Role): string | undefined =>
  role === "owner" ? participants?.ownerId : participants?.seekerId;

const forgotten = (card: Card, { marks: calls, receipts }: History): string[] =>
  roles.flatMap((role) =>
    (["read", "delivered"] as const).flatMap((kind) => {
      const isThis = (one: { kind: MarkKind; chatId: string; userId: string }): boolean =>
        one.kind === kind && one.chatId === card.id && one.userId === userOf(card, role);
      const told = [...calls, ...receipts].filter(isThis).reduce((most, { seq }) => Math.max(most, seq), 0);
      const { seq } = card[kind][role];
      return seq < told
        ? [`the ${kind} mark of ${role} in ${card.id} is ${seq} at the end, and was told as ${told}`]
        : [];
    }),
  );

const crossedAtTheEnd = (card: Card, logs: Logs): string[] =>
  roles.flatMap((role) => {
    const [read, delivered, last] = [card.read[role].seq, card.delivered[role].seq, logs.of(card.id).length];
    if (read <= delivered && delivered <= last) return [];
    return [`at the end ${role} in ${card.id} has read ${read}, delivered ${delivered}, last ${last}`];
  });
