import type { Entry } from "../../src/chat/log/entry.ts";
import { countsAsUnread } from "../../src/chat/log/entry-kinds.ts";
import type { RelayScan } from "../../src/store/relay/relay-scan.ts";
import type { Looked, Newest } from "./unread-watch.ts";

type Pending = { since: number; oldestAt: Date; newest: Newest; seen: { seq: number; at: Date }[] };

export type Aftercare = {
  /** These entries are to be looked after, in a while. */
  add: (entries: Entry[]) => void;
  /** Looks after those whose time has come, and after all where `now` is set. */
  run: (options?: { now?: boolean }) => Promise<void>;
  /** When the oldest entry was written that was not looked after yet; null where there is none. */
  oldestAt: () => Date | null;
};

type Parts = {
  scan: Pick<RelayScan, "cards">;
  /** Brings a chat's card up to its log. */
  mend: (chatId: string) => Promise<unknown>;
  note: (chats: Looked[]) => Promise<void>;
  onMended: () => void;
  /** Most entries are read, and all cards written, within this time. */
  afterMs: number;
};

const atOnce = 500;
const mostSeen = 200;

/**
 * Looks at a chat's card some seconds after an entry: whoever wrote the entry has written the card by then, unless it
 * died, and whoever is there has read it. One read of the card serves both, however many entries came meanwhile.
 */
export const createAftercare = ({ scan, mend, note, onMended, afterMs }: Parts): Aftercare => {
  const pending = new Map<string, Pending>();
  let underWay: Pending[] = [];

  // Thousands wait here on a busy day: of an entry only what is asked for later is kept, and not its content.
  const add = (entry: Entry): void => {
    const { chatId, seq, state, createdAt } = entry;
    const newest = { seq, state, createdAt };
    const known = pending.get(chatId) ?? { since: performance.now(), oldestAt: createdAt, newest, seen: [] };
    if (seq >= known.newest.seq) known.newest = newest;
    if (countsAsUnread(entry)) known.seen.push({ seq, at: createdAt });
    // The first ones tell where a run of unread entries begins, the last where it stands.
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

/** The first of those that pass, in the order they came in; they are out of the map then. */
const take = (pending: Map<string, Pending>, isDue: (one: Pending) => boolean): Map<string, Pending> => {
  const taken = new Map<string, Pending>();
  for (const [chatId, one] of pending) {
    if (taken.size >= atOnce || !isDue(one)) break;
    taken.set(chatId, one);
    pending.delete(chatId);
  }
  return taken;
};
