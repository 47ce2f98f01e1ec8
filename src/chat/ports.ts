import type { Card, Chat, DeliveredMark, ReadMark, Receipt } from "./cards/card.ts";
import type { CardCopy } from "./cards/card-copy.ts";
import type { ChatError } from "./errors.ts";
import type { Draft, Entry, Head, Message } from "./log/entry.ts";
import type { Participants, Role } from "./roles.ts";
import type { ChatStatus } from "./status.ts";
import type { Upload } from "./upload-ports.ts";

/** The decision for a head: write an entry, refuse, or do nothing because the state is already as requested. */
export type Decision = { append: Draft } | { refuse: ChatError } | "nothing";

/**
 * `appended`: the entry is in the log now. `known`: the log had an entry with the same clientMessageId, or with the same
 * upload; this is that entry.
 * `nothing`: the decision was to write nothing.
 */
export type Appended = { outcome: "appended" | "known"; entry: Entry } | { outcome: "nothing"; head: Head };

/** Which entries: the newest ones, those before a seq, or those after one. Always ascending by seq. */
export type LogRange = { limit: number; before?: number | undefined; after?: number | undefined };
/** `bytes`: the size of the page. It may end before `limit`, at a megabyte; then there is more. */
export type LogPage = { entries: Entry[]; hasMore: boolean; bytes: number };

/** One append-only log per chat. Everything that it returns is on the disks of a majority of the database. */
export interface ChatLog {
  /**
   * Appends the entry that `decide` returns for the head. `decide` is called again if another writer was faster, so it
   * must have no side effects. The place in the chat's queue is taken before this returns: entries are stored in call order.
   * @throws ChatError the decision's refusal; `unavailable` when the outcome is not known in time or the queue is
   *   full — the same clientMessageId may be sent again
   */
  append(chatId: string, decide: (head: Head) => Decision): Promise<Appended>;
  /**
   * Calls `listener` from now on with each entry that landed after its append had been answered `unavailable`. Nothing
   * else reports these entries.
   */
  onLandedLate(listener: (entry: Entry) => void): void;
  /** Another process reports that it appended this. A hint that saves a refused append; it is always verified against the log. */
  heard(entry: Pick<Message, "chatId" | "seq" | "id">): void;
  /** The newest entry's position and state, `emptyHead` if there is none. */
  head(chatId: string): Promise<Head>;
  /** A recent head that may be stale: only a hint, never the basis of a decision. */
  headHint(chatId: string): Promise<Head>;
  page(chatId: string, range: LogRange): Promise<LogPage>;
  /** The newest entry at or below `seq`, null if there is none. */
  entryAt(chatId: string, seq: number): Promise<Entry | null>;
  /** The entry at exactly this seq, as it is shown now; null if there is none. */
  shownAt(chatId: string, seq: number): Promise<Entry | null>;
  /** The entries at exactly these seqs, as they are shown now, ascending. Costs as many queries as one of them. */
  shownAmong(chatId: string, seqs: number[]): Promise<Entry[]>;
  /**
   * Makes the entries that these changes of one chat change show the changes. May be repeated, and in any order: the newest
   * change decides. @returns the changed entries as they are shown now, ascending
   */
  applyChanges(changes: Entry[]): Promise<Entry[]>;
  findSent(chatId: string, senderId: string, clientMessageId: string): Promise<Entry | null>;
  /** Whether a message was sent with this text, though it was edited since. */
  wasSentAs(entry: Entry, text: string): boolean;
  /** The message that names an upload; there is at most one. */
  findWithUpload(chatId: string, uploadId: string): Promise<Entry | null>;
  /** Makes the message that names an upload show its state. @returns that message; null if there is none */
  showUpload(upload: Pick<Upload, "id" | "chatId" | "state">): Promise<Entry | null>;
}

/** A budget of bytes per key. */
export type ByteBudget = {
  /**
   * Reserves the largest possible cost. `settle` is called once with the actual cost.
   * @throws ChatError `rate_limited` if the key has spent more than its budget
   */
  reserve: (key: string, mostBytes: number) => { settle: (bytes: number) => void };
};

/** The user that reads, and the connection that gets the answer. */
export type Reader = {
  userId: string;
  /** Whether the client is gone, so that nobody needs the answer. */
  isGone: () => boolean;
  /** Calls `done` once, when the answer has left the process or its client has gone. */
  onWritten: (done: () => void) => void;
  /** Ends the connection of a client that does not read its answer. */
  end: () => void;
};

/** `mostBytes`: the largest possible size of the answer. `fetch` returns the answer and its actual size in bytes. */
export type Reading<T> = { mostBytes: number; fetch: () => Promise<{ answer: T; bytes: number }> };

/** Limits what one user and all users together have under way, and what is held for them until it is written out. */
export type Reads = {
  /**
   * Runs a read when it is its turn.
   * @throws ChatError `rate_limited` beyond the limit of one user, `unavailable` beyond the limit of all users
   */
  run: <T>(reader: Reader, reading: Reading<T>) => Promise<T>;
};

/** Limits how many tasks run at once, per key and in total. */
export type Turns = {
  /** @throws ChatError `rate_limited` if too many tasks of the key wait, `unavailable` if too many wait in total */
  run: <T>(key: string, task: () => Promise<T>) => Promise<T>;
};

/** The facts of a chat, which never change after the approval. */
export type ChatFacts = { id: string; bookingId: string; participants: Participants };

export type InboxQuery = {
  userId: string;
  status?: ChatStatus | undefined;
  limit: number;
  cursor?: string | undefined;
};

/** The index cards. If a card and the log differ, the log wins. */
export interface ChatCards {
  /**
   * The card of a booking, made if there is none. `participants` are written only if the card has none.
   * `completed`: this call wrote the participants of a card that a cancellation had made.
   */
  open(bookingId: string, participants: Participants | null): Promise<{ card: Card; completed: boolean }>;
  find(chatId: string): Promise<Card | null>;
  /** Null for a chat that does not exist or has no participants yet; may come from memory. */
  facts(chatId: string): ChatFacts | Promise<ChatFacts | null>;
  /** The facts of a chat of this user, if memory has them. */
  knownFacts(chatId: string, userId: string): ChatFacts | null;
  /**
   * The facts of a chat of this user, from the database. Null for other people's chats and for unknown ids, after the
   * same work.
   */
  findFacts(chatId: string, userId: string): Promise<ChatFacts | null>;
  /** The position of a mark, null for a chat that does not exist. */
  markOf<M extends "read" | "delivered">(chatId: string, mark: M, role: Role): Promise<Card[M][Role] | null>;
  /** The last known position of a mark, 0 if unknown; it may have moved since. */
  markHint(chatId: string, mark: "read" | "delivered", role: Role): number;
  /** Copies entries to the cards if they are newer, and returns the cards. */
  copy(copies: CardCopy[]): Promise<Card[]>;
  /**
   * Moves the read mark (and with it the delivered mark) forward to `entry`, and copies the entry to the card, so that a
   * mark is never beyond the chat's last entry. `moved` false: the mark was already there or further.
   */
  advanceRead(role: Role, entry: Entry, at: Date): Promise<{ mark: ReadMark; moved: boolean }>;
  advanceDelivered(role: Role, entry: Entry, at: Date): Promise<{ mark: DeliveredMark; moved: boolean }>;
  /**
   * Sets until when one of the two wants no notices; null: not muted. A notice that waits is looked at again soon.
   * `changed` false: it was so already.
   */
  mute(chatId: string, role: Role, until: Date | null): Promise<{ card: Card; changed: boolean }>;
  /** A user's chats, latest activity first. @throws ChatError `validation_failed` for a cursor that is not ours */
  inbox(query: InboxQuery): Promise<{ cards: Card[]; nextCursor: string | null; bytes: number }>;
  /** The newest other people this user shares a chat with, at most `limit`. */
  contacts(userId: string, limit: number): Promise<string[]>;
}

/** Notifies connected clients on all nodes. Best effort: a client that misses something finds it in the log. Never throws. */
export interface Broadcast {
  messageReceived(message: Message): void;
  /** A message that was edited or deleted, as it is now. */
  messageChanged(message: Message): void;
  messagesRead(receipt: Receipt): void;
  messagesDelivered(receipt: Receipt): void;
  /** A person's typing ended on all devices: notifies the other side if it was shown there. */
  typingEnded(typist: { chatId: string; userId: string; toUserId: string }): void;
  chatCreated(userId: string, chat: Chat): void;
  chatUpdated(userId: string, chat: Chat): void;
}

/** Returns the current time. */
export type Clock = () => Date;

/** A rate limit by a key such as a user or an address. */
export interface RateLimit {
  /** Takes one of what `key` has left. @throws ChatError `rate_limited` with `retryAfterMs` */
  take(key: string): Promise<void>;
}

export type Check = "up" | "down";
/** `degraded`: chat works, but live delivery between nodes or new approvals may not. `unavailable`: nothing can be stored. */
export type Health = {
  status: "ok" | "degraded" | "unavailable";
  checks: Record<"mongodb" | "redis" | "kafka", Check>;
};
