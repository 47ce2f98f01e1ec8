import type { Card, Chat, DeliveredMark, ReadMark, Receipt } from "./cards/card.ts";
import type { CardCopy } from "./cards/card-copy.ts";
import type { ChatError } from "./errors.ts";
import type { Draft, Entry, Head, Message } from "./log/entry.ts";
import type { Participants, Role } from "./roles.ts";
import type { ChatStatus } from "./status.ts";

/** What is to be done in view of a head: write, refuse, or leave it since it is so already. */
export type Decision = { append: Draft } | { refuse: ChatError } | "nothing";

/**
 * `appended`: it stands in the log now. `known`: the same clientMessageId stood there already, this is that entry.
 * `nothing`: the decision was to write nothing.
 */
export type Appended = { outcome: "appended" | "known"; entry: Entry } | { outcome: "nothing"; head: Head };

/** Which entries: the newest ones, those before a seq, or those after one. Always ascending by seq. */
export type LogRange = { limit: number; before?: number | undefined; after?: number | undefined };
/** `bytes`: what the page weighs. It may end before `limit`, at a megabyte, and then has more. */
export type LogPage = { entries: Entry[]; hasMore: boolean; bytes: number };

/** One append-only log per chat. What it answers is on disk at a majority of the database. */
export interface ChatLog {
  /**
   * Appends what `decide` makes of the head. `decide` is asked again when another writer was faster, so it must be
   * free of side effects. The place in the chat's queue is taken before this returns: entries land in call order.
   * @throws ChatError the decision's refusal; `unavailable` when the outcome is not known in time or the queue is
   *   full — the same clientMessageId may be sent again
   */
  append(chatId: string, decide: (head: Head) => Decision): Promise<Appended>;
  /**
   * Calls `listener` from now on with each entry that landed after its append had been answered `unavailable`. Nothing
   * else reports these entries.
   */
  onLandedLate(listener: (entry: Entry) => void): void;
  /** Another process says that it appended this. A hint: it saves a refused append, and is never believed unseen. */
  heard(entry: Pick<Message, "chatId" | "seq" | "id">): void;
  /** The newest entry's place and state, `emptyHead` where there is none. */
  head(chatId: string): Promise<Head>;
  /** A recent head that may be stale: good for a hint, never for a decision. */
  headHint(chatId: string): Promise<Head>;
  page(chatId: string, range: LogRange): Promise<LogPage>;
  /** The newest entry at or below `seq`, null where there is none. */
  entryAt(chatId: string, seq: number): Promise<Entry | null>;
  findSent(chatId: string, senderId: string, clientMessageId: string): Promise<Entry | null>;
}

/** What may be spent for one key, in bytes. */
export type ByteBudget = {
  /**
   * Takes the most that something can cost. `settle` is called once with what it did cost.
   * @throws ChatError `rate_limited` where the key has spent more than it has
   */
  reserve: (key: string, mostBytes: number) => { settle: (bytes: number) => void };
};

/** Who reads, and where the answer goes. */
export type Reader = {
  userId: string;
  /** Whether the client has left, so that nobody takes the answer. */
  isGone: () => boolean;
  /** Calls `done` once, when the answer has left the process or its client has gone. */
  onWritten: (done: () => void) => void;
  /** Ends the connection of a client that does not take its answer. */
  end: () => void;
};

/** `mostBytes`: the most that the answer can weigh. `fetch` gives it, with the bytes that it does weigh. */
export type Reading<T> = { mostBytes: number; fetch: () => Promise<{ answer: T; bytes: number }> };

/** Bounds what one user and all users together have under way, and what is held for them until it is written out. */
export type Reads = {
  /**
   * Does a reading when it is its turn.
   * @throws ChatError `rate_limited` past what one user may have, `unavailable` past what all may
   */
  run: <T>(reader: Reader, reading: Reading<T>) => Promise<T>;
};

/** Bounds how much of something runs at once, for one key and for all. */
export type Turns = {
  /** @throws ChatError `rate_limited` where too many of the key wait, `unavailable` where too many of all do */
  run: <T>(key: string, task: () => Promise<T>) => Promise<T>;
};

/** What never changes about a chat once its booking was approved. */
export type ChatFacts = { id: string; bookingId: string; participants: Participants };

export type InboxQuery = {
  userId: string;
  status?: ChatStatus | undefined;
  limit: number;
  cursor?: string | undefined;
};

/** The index cards. Where a card and the log differ, the log wins. */
export interface ChatCards {
  /**
   * The card of a booking, made where there is none. `participants` are written only where none stand there.
   * `completed`: this call wrote the participants of a card that a cancellation had made.
   */
  open(bookingId: string, participants: Participants | null): Promise<{ card: Card; completed: boolean }>;
  find(chatId: string): Promise<Card | null>;
  /** Null for a chat that is not there or has no participants yet; may come from memory. */
  facts(chatId: string): ChatFacts | Promise<ChatFacts | null>;
  /** The facts of a chat of this user, where memory has them. */
  knownFacts(chatId: string, userId: string): ChatFacts | null;
  /**
   * The facts of a chat of this user, from the database. Null for a chat of others and for one that is not there,
   * after the same work.
   */
  findFacts(chatId: string, userId: string): Promise<ChatFacts | null>;
  /** Where a mark stands, null for a chat that is not there. */
  markOf<M extends "read" | "delivered">(chatId: string, mark: M, role: Role): Promise<Card[M][Role] | null>;
  /** Where a mark was seen last, 0 where it was not; it may stand further by now. */
  markHint(chatId: string, mark: "read" | "delivered", role: Role): number;
  /** Copies entries to the cards where they are newer, and returns the cards. */
  copy(copies: CardCopy[]): Promise<Card[]>;
  /**
   * Moves the read mark (and with it the delivered mark) forward to `entry`, whose copy the card gets as well: a mark is
   * never seen beyond the chat's last entry. `moved` false: it stood there or further.
   */
  advanceRead(role: Role, entry: Entry, at: Date): Promise<{ mark: ReadMark; moved: boolean }>;
  advanceDelivered(role: Role, entry: Entry, at: Date): Promise<{ mark: DeliveredMark; moved: boolean }>;
  /** A user's chats, latest activity first. @throws ChatError `validation_failed` for a cursor that is not ours */
  inbox(query: InboxQuery): Promise<{ cards: Card[]; nextCursor: string | null; bytes: number }>;
  /** The newest other people this user shares a chat with, at most `limit`. */
  contacts(userId: string, limit: number): Promise<string[]>;
}

/** Tells the connected, on every node. Best effort: who misses something finds it in the log. Never throws. */
export interface Broadcast {
  messageReceived(message: Message): void;
  messagesRead(receipt: Receipt): void;
  messagesDelivered(receipt: Receipt): void;
  /** A person types no more, on whichever device: to the other side, where anybody had heard of it. */
  typingEnded(typist: { chatId: string; userId: string; toUserId: string }): void;
  chatCreated(userId: string, chat: Chat): void;
  chatUpdated(userId: string, chat: Chat): void;
}

/** Tells the time. */
export type Clock = () => Date;

/** How often something may be done, by a key such as a user or an address. */
export interface RateLimit {
  /** Takes one of what `key` has left. @throws ChatError `rate_limited` with `retryAfterMs` */
  take(key: string): Promise<void>;
}

export type Check = "up" | "down";
/** `degraded`: chat works, live delivery between nodes or new approvals may not. `unavailable`: nothing is stored. */
export type Health = {
  status: "ok" | "degraded" | "unavailable";
  checks: Record<"mongodb" | "redis" | "kafka", Check>;
};
