import { ChatError } from "../errors.ts";
import type { Entry } from "../log/entry.ts";
import type { Broadcast, ChatCards, ChatLog } from "../ports.ts";
import { type Card, chatFor } from "./card.ts";
import { type CardCopy, copyOf, newerCopy } from "./card-copy.ts";

type Waiter = { resolve: (card: Card) => void; reject: (error: unknown) => void };
type Pending = { copy: CardCopy; created: boolean; waiters: Waiter[]; failures: number };
type Parts = {
  cards: Pick<ChatCards, "copy" | "find">;
  log: Pick<ChatLog, "page" | "head" | "entryAt">;
  broadcast: Pick<Broadcast, "chatCreated" | "chatUpdated">;
  /** Told of each failed write; the cards are tried again. */
  onFailure: (error: unknown) => void;
  gapMs?: number;
};

export type CardKeeper = {
  /** Copies an entry to its card and tells both people's devices; resolves with the card. */
  keep: (entry: Entry, options?: { created?: boolean }) => Promise<Card>;
  /** As `keep`, for those who do not wait for the card. A failure is tried again behind the scenes. */
  keepLater: (entry: Entry) => void;
  /** Tells both people's devices what the card says now. */
  tell: (chatId: string) => void;
  /** Brings a card up to the log where a crash left it behind; resolves with the card. */
  mend: (chatId: string, options?: { created?: boolean }) => Promise<Card>;
  /** Resolves when what was to be kept before this call has been written, or after `limitMs`. */
  settled: (limitMs?: number) => Promise<void>;
  /** Resolves when nothing waits to be written, or at `deadlineMs`. */
  drain: (deadlineMs: number) => Promise<void>;
};

const mostFailures = 20;

const settleLimitMs = 500;
/** Cards written at once where nobody waits for them, and in how many rounds all are that there are: the larger counts. */
const leastAtOnce = 8;
const roundsForAll = 20;

/**
 * Keeps the cards up to the log. Changes of many chats, and many changes of one chat, gather while the previous write
 * is under way and in a pause behind it, and go out as one; so a busy chat's two people hear `chat_updated` every
 * tenth of a second at most, on a busy node every two seconds. A few cards at a time: messages wait for the event loop
 * and the disk behind a write of many, and of 300 messages a second each hundredth did for 15 ms.
 * Whoever waits for a card ends the pause.
 */
export const createCardKeeper = ({ cards, log, broadcast, onFailure, gapMs = 100 }: Parts): CardKeeper => {
  const pending = new Map<string, Pending>();
  let running: Promise<void> | null = null;
  let endPause = (): void => undefined;
  let draining = false;
  // Those who wait for whatever is written next, and for what is being written.
  let readers: (() => void)[] = [];
  let readersOfWrite: (() => void)[] | null = null;

  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, gapMs).unref();
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const add = (copy: CardCopy, created: boolean, waiter?: Waiter): void => {
    const known = pending.get(copy.chatId) ?? {
      copy: { chatId: copy.chatId },
      created: false,
      waiters: [],
      failures: 0,
    };
    known.copy = newerCopy(known.copy, copy);
    known.created ||= created;
    if (waiter) known.waiters.push(waiter);
    pending.set(copy.chatId, known);
    running ??= run();
    if (waiter) endPause();
  };

  /** Those that have waited longest and those that somebody waits for, or all of them for somebody who reads many. */
  const take = (): Map<string, Pending> => {
    const most = draining || readers.length > 0 ? Infinity : Math.max(leastAtOnce, pending.size / roundsForAll);
    const batch = new Map<string, Pending>();
    for (const [chatId, change] of pending) {
      if (batch.size >= most && change.waiters.length === 0) continue;
      batch.set(chatId, change);
      pending.delete(chatId);
    }
    return batch;
  };

  const run = async (): Promise<void> => {
    // One turn of the event loop lets everything that came in together go out together.
    await new Promise(setImmediate);
    while (pending.size > 0) {
      const batch = take();
      readersOfWrite = readers;
      readers = [];
      await write(batch);
      for (const resolve of readersOfWrite) resolve();
      readersOfWrite = null;
      if (!draining && readers.length === 0 && !someoneWaits(pending)) await pause();
    }
    running = null;
  };

  const write = async (batch: Map<string, Pending>): Promise<void> => {
    try {
      const written = await cards.copy([...batch.values()].map(({ copy }) => copy));
      for (const card of written) finish(batch, card);
      for (const { waiters } of batch.values()) refuse(waiters, new ChatError("chat_not_found"));
    } catch (error) {
      onFailure(error);
      for (const change of batch.values()) again(change, error);
    }
  };

  const finish = (batch: Map<string, Pending>, card: Card): void => {
    const change = batch.get(card.id);
    if (change === undefined) return;
    batch.delete(card.id);
    tellBoth(broadcast, card, change.created);
    for (const { resolve } of change.waiters) resolve(card);
  };

  // Those who wait are told and come again by themselves; what nobody waits for is tried again here, within bounds:
  // a card that stays behind is mended by whoever next opens the chat.
  const again = (change: Pending, error: unknown): void => {
    refuse(change.waiters, error);
    if (change.failures >= mostFailures) return;
    const newer = pending.get(change.copy.chatId);
    pending.set(change.copy.chatId, {
      copy: newerCopy(change.copy, newer?.copy ?? change.copy),
      created: change.created || (newer?.created ?? false),
      waiters: newer?.waiters ?? [],
      failures: change.failures + 1,
    });
  };

  const written = (copy: CardCopy, created: boolean): Promise<Card> =>
    new Promise((resolve, reject) => {
      add(copy, created, { resolve, reject });
    });

  return {
    keep: (entry, { created = false } = {}) => written(copyOf(entry), created),
    keepLater: (entry) => add(copyOf(entry), false),
    tell: (chatId) => add({ chatId }, false),
    mend: async (chatId, { created = false } = {}) => written(await newestCopy(log, chatId), created),
    settled: async (limitMs = settleLimitMs) => {
      const list = pending.size > 0 ? readers : readersOfWrite;
      if (list === null) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limitMs).unref();
        list.push(() => {
          clearTimeout(timer);
          resolve();
        });
        endPause();
      });
    },
    drain: async (deadlineMs) => {
      if (running === null) return;
      draining = true;
      endPause();
      await Promise.race([running, new Promise((resolve) => setTimeout(resolve, deadlineMs).unref())]);
    },
  };
};

const someoneWaits = (pending: Map<string, Pending>): boolean => {
  for (const { waiters } of pending.values()) if (waiters.length > 0) return true;
  return false;
};

const refuse = (waiters: Waiter[], error: unknown): void => {
  for (const { reject } of waiters) reject(error);
};

const newestCopy = async (log: Parts["log"], chatId: string): Promise<CardCopy> => {
  const [newest] = (await log.page(chatId, { limit: 1 })).entries;
  if (newest === undefined) return { chatId };
  const copy = copyOf(newest);
  const shown = copy.shown ?? (await log.entryAt(chatId, newest.state.shownSeq));
  return { ...copy, ...(shown && { shown }) };
};

const tellBoth = (broadcast: Parts["broadcast"], card: Card, created: boolean): void => {
  const { participants } = card;
  if (participants === null || card.lastSeq === 0) return;
  const tell = created ? broadcast.chatCreated : broadcast.chatUpdated;
  tell(participants.ownerId, chatFor(card, participants, "owner"));
  tell(participants.seekerId, chatFor(card, participants, "seeker"));
};
