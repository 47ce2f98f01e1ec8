import type { Entry } from "../../src/chat/log/entry.ts";
import { countsAsUnread } from "../../src/chat/log/entry-kinds.ts";
import type { RelayScan } from "../../src/store/relay/relay-scan.ts";
import type { Looked, Newest } from "./unread-watch.ts";

type Pending = { since: number; oldestAt: Date; newest: Newest; seen: { seq: number; at: Date }[] };

export type Aftercare = {
  /** Adds entries whose cards and unread notices are to be checked later. */
  add: (entries: Entry[]) => void;
  /** Checks the entries that are due, or all entries if `now` is set. */
  run: (options?: { now?: boolean }) => Promise<void>;
  /** When the oldest unchecked entry was written; null if there is none. */
  oldestAt: () => Date | null;
};

type Parts = {
  scan: Pick<RelayScan, "cards">;
  /** Updates a chat's card from its log. */
  mend: (chatId: string) => Promise<unknown>;
  note: (chats: Looked[]) => Promise<void>;
  onMended: () => void;
  /** Within this time most entries are read and all cards are written. */
  afterMs: number;
};

const atOnce = 500;
const mostSeen = 200;

/**
 * Checks a chat's card some seconds after an entry: for an entry that is not copied to it, and for an entry that is unread.
 * By then the writer of the entry has usually updated the card, and a user who has the chat open has read the entry. All
 * entries of a chat in that time share one read of its card.
 */
export const createAftercare = ({ scan, mend, note, onMended, afterMs }: Parts): Aftercare => {
  const pending = new Map<string, Pending>();
  let underWay: Pending[] = [];

  // Thousands may wait here: only the needed fields of an entry are kept, not its content.
  const add = (entry: Entry): void => {
    const { chatId, seq, state, createdAt } = entry;
    const newest = { seq, state, createdAt };
    const known = pending.get(chatId) ?? { since: performance.now(), oldestAt: createdAt, newest, seen: [] };
    if (seq >= known.newest.seq) known.newest = newest;
    if (countsAsUnread(entry)) known.seen.push({ seq, at: createdAt });
    // The first ones give the beginning of a burst of unread entries, the last one its end.
    if (known.seen.length > mostSeen) known.seen.splice(mostSeen / 2, 1);
    pending.set(chatId, known);
  };

  const look = async (chats: Map<string, Pending>): Promise<void> => {
    const cards = await scan.cards([...chats.keys()]);
    const looked = cards.flatMap((card) => {
      const chat = chats.get(card.id);
      return chat ? [{ card, newest: chat.newest, seen: chat.seen }] : [];
    });
    await Promise.all(looked.filter(isBehind).map(({ card }) => mend(card.id).then(onMended)));
    await note(looked);
  };

  const putBack = (chats: Map<string, Pending>): void => {
    for (const [chatId, chat] of chats) {
      const newer = pending.get(chatId);
      pending.set(chatId, newer ? { ...chat, newest: newer.newest, seen: [...chat.seen, ...newer.seen] } : chat);
    }
  };

  const run = async (until: number): Promise<void> => {
    for (;;) {
      const due = take(pending, ({ since }) => since <= until);
      if (due.size === 0) return;
      underWay = [...due.values()];
      try {
        await look(due);
      } catch (error) {
        putBack(due);
        throw error;
      } finally {
        underWay = [];
      }
    }
  };

  return {
    add: (entries) => entries.forEach(add),
    run: ({ now = false } = {}) => run(now ? Infinity : performance.now() - afterMs),
    oldestAt: () => {
      const first = underWay[0] ?? pending.values().next().value;
      return first?.oldestAt ?? null;
    },
  };
};

const isBehind = ({ card, newest }: Looked): boolean =>
  card.lastSeq < newest.seq || (card.lastMessage?.seq ?? 0) < newest.state.shownSeq;

/** Removes and returns the first entries of the map that match, in insertion order. */
const take = (pending: Map<string, Pending>, isDue: (one: Pending) => boolean): Map<string, Pending> => {
  const taken = new Map<string, Pending>();
  for (const [chatId, one] of pending) {
    if (taken.size >= atOnce || !isDue(one)) break;
    taken.set(chatId, one);
    pending.delete(chatId);
  }
  return taken;
};
