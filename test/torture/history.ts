import type { Chat } from "../../src/chat/cards/card.ts";
import type { Message } from "../../src/chat/log/entry.ts";
import type { Fault } from "./schedule.ts";

// Everything that clients called and saw. Times are milliseconds of one clock, that of the process that plays the
// clients: `start` is before the call left, `end` after its answer came.

/** `lost`: nobody knows whether it landed. `unavailable`: as good as lost, but said. `refused`: it did not land. */
export type Attempt = { connection: number; start: number; end: number } & (
  | { outcome: "acked"; id: string; seq: number }
  | { outcome: "refused" | "unavailable"; code: string }
  | { outcome: "lost" }
);

/** One message that a client wanted to send, with each try. Its content is nobody else's. */
export type Send = {
  client: number;
  userId: string;
  chatId: string;
  /** null: sent without one, and so only once. */
  clientMessageId: string | null;
  content: string;
  attempts: Attempt[];
  /** Of the package: the tab in which it was written, and when. */
  slot?: number;
  startedAt?: number;
};

/** A message that a client saw, by an event or in a page. */
export type Heard = {
  client: number;
  at: number;
  chatId: string;
  seq: number;
  id: string;
  content: string;
};

/** A page that a client asked for with `join_chat`. */
export type Page = {
  client: number;
  chatId: string;
  start: number;
  end: number;
  afterSeq: number;
  seqs: number[];
  hasMore: boolean;
};

export type MarkKind = "read" | "delivered";

/** A `mark_read` or `mark_delivered` that was answered. */
export type MarkCall = {
  client: number;
  kind: MarkKind;
  chatId: string;
  userId: string;
  asked: number;
  start: number;
  end: number;
  seq: number;
};

/** `messages_read` or `messages_delivered`, as a client heard it. */
export type Receipt = { client: number; kind: MarkKind; at: number; chatId: string; userId: string; seq: number };

/** A Chat that a client saw. `asked`: in the answer to a question asked at `start`; else an event, of any age. */
export type Snapshot = {
  client: number;
  asked: boolean;
  start: number;
  end: number;
  chatId: string;
  status: string;
  lastSeq: number;
  lastMessage: { id: string; seq: number } | null;
  unreadCount: number;
  read: Record<string, number>;
  delivered: Record<string, number>;
};

/** A booking event that Kafka or the fallback call took at least once. */
export type Told = {
  bookingId: string;
  type: "approved" | "cancelled";
  occurredAt: Date;
  eventId: string;
};

/** An edit or a deletion that a client wanted, with what came of it in the end. `content`: the new text. */
export type ChangeCall = {
  client: number;
  userId: string;
  chatId: string;
  seq: number;
  content: string;
  outcome: "acked" | "refused" | "lost";
};

/** An erasure that was accepted. `start`: before the request left. */
export type ErasureCall = { userId: string; start: number };

/** What a client holds of a chat at the end, from seq 1 on: the messages' ids, and what it shows of each. */
export type Held = {
  client: number;
  chatId: string;
  ids: (string | undefined)[];
  shown: (string | undefined)[];
};

/** What the package shows of a chat: its first seq, and how many items there are from it to `completeTo`. */
export type Look = { from: number; completeTo: number; count: number };

/** What the package shows of a chat at the end, back to its beginning. */
export type View = {
  client: number;
  chatId: string;
  completeTo: number;
  shown: { seq: number; id: string; content: string }[];
};

/** A look after quiet: how far each client holds each of its chats, and how far the log went before the look. */
export type Calm = {
  at: number;
  newest: Record<string, number>;
  held: { client: number; chatId: string; whole: number }[];
};

export type Blow = { fault: Fault; start: number; end: number; said: string };

export type History = {
  sends: Send[];
  changes: ChangeCall[];
  erasures: ErasureCall[];
  heard: Heard[];
  pages: Page[];
  marks: MarkCall[];
  receipts: Receipt[];
  snapshots: Snapshot[];
  told: Told[];
  held: Held[];
  /** By client, tab and chat; one for each change. */
  looks: Map<string, Look[]>;
  views: View[];
  /** What a view shows that it must never show, whatever the log is. */
  viewFaults: string[];
  calms: Calm[];
  blows: Blow[];
  /** Answers that nobody should get: `internal`, or one that is not of the contract. */
  surprises: { client: number; at: number; text: string }[];
};

export const emptyHistory = (): History => ({
  sends: [],
  changes: [],
  erasures: [],
  heard: [],
  pages: [],
  marks: [],
  receipts: [],
  snapshots: [],
  told: [],
  held: [],
  looks: new Map(),
  views: [],
  viewFaults: [],
  calms: [],
  blows: [],
  surprises: [],
});

export const now = (): number => performance.now();

/** Enough of a content to tell it from any other, and little enough to keep each time it is heard. */
export const digest = (content: string): string => `${content.length}:${content.slice(0, 48)}`;

export const heardBy = (client: number, { chatId, seq, id, content }: Message): Heard => ({
  client,
  at: now(),
  chatId,
  seq,
  id,
  content: digest(content),
});

const seqs = (marks: Chat["read"]): Record<string, number> =>
  Object.fromEntries(Object.entries(marks).map(([userId, { seq }]) => [userId, seq]));

export const snapshotOf = (
  client: number,
  chat: Chat,
  { asked, start }: { asked: boolean; start: number },
): Snapshot => ({
  client,
  asked,
  start,
  end: now(),
  chatId: chat.id,
  status: chat.status,
  lastSeq: chat.lastSeq,
  lastMessage: chat.lastMessage && { id: chat.lastMessage.id, seq: chat.lastMessage.seq },
  unreadCount: chat.unreadCount,
  read: seqs(chat.read),
  delivered: seqs(chat.delivered),
});
