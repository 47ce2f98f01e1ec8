import type { Card } from "../../src/chat/cards/card.ts";
import { afterChange, changeIn } from "../../src/chat/log/changes.ts";
import { draftAfter, type Entry, emptyHead, type SystemNote } from "../../src/chat/log/entry.ts";
import { isShown } from "../../src/chat/log/entry-kinds.ts";
import type { Dump, ToldEvent } from "./dump.ts";
import { type Attempt, digest, emptyHistory, type Heard, type History, type Send, type Snapshot } from "./history.ts";

/** The one chat of the hand-made histories. */
export const chatId = "c".repeat(24);
export const bookingId = "booking-0";
export const people = { ownerId: "ann", seekerId: "ben" };
const at = new Date("2026-11-22T10:00:00.000Z");

/** What happened in the chat, told by its log: `"m1"` is a message of ann, the others are booking events. */
export type Step =
  | string
  | { edits: number; to: string }
  | { deletes: number }
  | { type: "approved" | "cancelled"; occurredAt: Date; eventId: string };

export const anEvent = (type: "approved" | "cancelled", minute: number, eventId = `${type}-${minute}`) => ({
  type,
  occurredAt: new Date(at.getTime() + minute * 60_000),
  eventId,
});

const idOf = (seq: number): string => seq.toString(16).padStart(24, "0");

const entryOf = (step: Step, before: Entry | undefined): Entry => {
  const head = before === undefined ? emptyHead : { seq: before.seq, state: before.state };
  const place = { id: idOf(head.seq + 1), chatId, seq: head.seq + 1, createdAt: at };
  if (typeof step === "string") {
    const fields = { type: "text", senderId: people.ownerId, content: step, clientMessageId: `k-${step}` } as const;
    return { ...place, ...draftAfter(head, fields, { sender: "owner" }) };
  }
  if (!("type" in step)) {
    const isEdit = "to" in step;
    const target = isEdit ? step.edits : step.deletes;
    const system: SystemNote = { event: isEdit ? "message_edited" : "message_deleted", target, silent: true };
    const fields = { type: "system", senderId: people.ownerId, content: isEdit ? step.to : "", system } as const;
    return { ...place, ...draftAfter(head, fields) };
  }
  const status = step.type === "approved" ? ("active" as const) : ("closed" as const);
  const system: SystemNote = { event: `booking_${step.type}`, status };
  const changes = { status, booking: step.type, bookingAt: step.occurredAt };
  const clientMessageId = `booking.${step.type} event ${step.eventId}`;
  const fields = { type: "system", senderId: null, content: step.eventId, system, clientMessageId } as const;
  return { ...place, ...draftAfter(head, fields, changes) };
};

const cardOf = (entries: Entry[]): Card => {
  const [head, shown] = [entries.at(-1), entries.findLast(isShown)];
  if (head === undefined || shown === undefined) throw new Error("a log without an entry");
  const { seq, state } = head;
  const { id, type, senderId, content, deleted, createdAt } = shown;
  const mark = { seq, counted: state.counted, at };
  return {
    id: chatId,
    bookingId,
    participants: people,
    status: state.status,
    statusReason: state.statusReason,
    lastSeq: seq,
    counted: state.counted,
    lastChange: 0,
    lastMessage: {
      id,
      chatId,
      seq: shown.seq,
      senderId,
      type,
      content,
      ...(deleted && { deleted }),
      createdAt: createdAt.toISOString(),
    },
    read: { owner: mark, seeker: mark },
    delivered: { owner: mark, seeker: mark },
    mutedUntil: { owner: null, seeker: null },
    createdAt: at,
    updatedAt: at,
  };
};

/** A send of ann's first device that was acked at its first try; `start` to `start + 10`. */
export const aSend = (content: string, seq: number, start: number, overrides: Partial<Send> = {}): Send => ({
  client: 0,
  userId: people.ownerId,
  chatId,
  clientMessageId: `k-${content}`,
  content,
  attempts: [acked(seq, start)],
  ...overrides,
});

export const acked = (seq: number, start: number, connection = 1): Attempt => ({
  connection,
  start,
  end: start + 10,
  outcome: "acked",
  id: idOf(seq),
  seq,
});

export const aSnapshot = (overrides: Partial<Snapshot> = {}): Snapshot => ({
  client: 1,
  asked: true,
  start: 500,
  end: 510,
  chatId,
  status: "active",
  lastSeq: 3,
  lastMessage: null,
  unreadCount: 0,
  read: { ann: 3, ben: 1 },
  delivered: { ann: 3, ben: 3 },
  ...overrides,
});

/** What others are told, the second half of it twice. */
const eventsOf = (entries: Entry[]): ToldEvent[] => {
  const sent = entries.map(({ seq }) => ({ chatId, id: `${chatId}:${seq}`, type: "chat.message_sent", seq }));
  const created = { chatId, id: `${chatId}:created`, type: "chat.created", seq: null };
  return [created, ...sent, ...sent.slice(sent.length / 2)];
};

/** An edit of a message that was deleted has no text. */
const withoutDeletedText = (entry: Entry, log: Entry[]): Entry => {
  const target = changeIn(entry)?.target;
  const isGone = log.some(
    (other) => changeIn(other)?.event === "message_deleted" && changeIn(other)?.target === target,
  );
  return target !== undefined && isGone ? { ...entry, content: "" } : entry;
};

const wishesOf = (log: Entry[]): History["changes"] =>
  log.flatMap((entry) => {
    const seq = changeIn(entry)?.target;
    if (seq === undefined) return [];
    const { content } = entry;
    return [{ client: 0, userId: people.ownerId, chatId, seq, content, outcome: "acked" as const }];
  });

const shownOf = (log: Entry[]): History["views"][number]["shown"] =>
  log.filter(isShown).map(({ seq, id, content }) => ({ seq, id, content: digest(content) }));

/** A history without a fault, and its dump, of what happened in the chat. Ben's device heard it all. */
export const happened = (steps: Step[]): { history: History; dump: Dump } => {
  const originals: Entry[] = [];
  for (const step of steps) originals.push(entryOf(step, originals.at(-1)));
  const entries = originals.map((entry) => withoutDeletedText(originals.reduce(afterChange, entry), originals));
  const heard: Heard[] = originals.map(({ id, seq, content }) => ({
    client: 1,
    at: seq * 100,
    chatId,
    seq,
    id,
    content: digest(content),
  }));
  const texts = originals.filter(({ type }) => type === "text");
  const events = steps.filter((step) => typeof step !== "string" && "type" in step);
  return {
    history: {
      ...emptyHistory(),
      sends: texts.map(({ content, seq }) => aSend(content, seq, seq * 100)),
      changes: wishesOf(originals),
      heard,
      told: events.map((event) => ({ ...event, bookingId })),
      held: [
        {
          client: 1,
          chatId,
          ids: entries.map(({ id }) => id),
          shown: entries.map(({ content }) => digest(content)),
        },
      ],
      looks: new Map([
        [`2 0 ${chatId}`, [{ from: 1, completeTo: entries.length, count: entries.filter(isShown).length }]],
      ]),
      views: [{ client: 2, chatId, completeTo: entries.length, shown: shownOf(entries) }],
    },
    dump: { entries, cards: [cardOf(entries)], others: [], events: eventsOf(entries) },
  };
};
