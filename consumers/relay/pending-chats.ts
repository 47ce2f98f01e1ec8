import { changeIn } from "../../src/chat/log/changes.ts";
import type { Entry } from "../../src/chat/log/entry.ts";
import { countsAsUnread } from "../../src/chat/log/entry-kinds.ts";
import type { Newest } from "./unread-watch.ts";

/** What is to be checked of a chat. `since`: by the process's own clock. `changedSeq`: the newest changed message; 0: none. */
export type PendingChat = {
  since: number;
  oldestAt: Date;
  newest: Newest;
  seen: { seq: number; at: Date }[];
  changedSeq: number;
};

const atOnce = 500;
const mostSeen = 200;

const noted = ({ createdAt }: Entry, newest: Newest): PendingChat => ({
  since: performance.now(),
  oldestAt: createdAt,
  newest,
  seen: [],
  changedSeq: 0,
});

/** The chats with entries that wait to be checked, in the order in which their first entry came. */
export class PendingChats {
  readonly #chats = new Map<string, PendingChat>();

  /** When the oldest entry was written; null if there is none. */
  get oldestAt(): Date | null {
    return this.#chats.values().next().value?.oldestAt ?? null;
  }

  /** Thousands may wait here: only the needed fields of an entry are kept, not its content. */
  add(entry: Entry): void {
    const { chatId, seq, state, createdAt } = entry;
    const newest = { seq, state, createdAt };
    const chat = this.#chats.get(chatId) ?? noted(entry, newest);
    if (seq >= chat.newest.seq) chat.newest = newest;
    chat.changedSeq = Math.max(chat.changedSeq, changeIn(entry)?.target ?? 0);
    if (countsAsUnread(entry)) chat.seen.push({ seq, at: createdAt });
    // The first ones give the beginning of a burst of unread entries, the last one its end.
    if (chat.seen.length > mostSeen) chat.seen.splice(mostSeen / 2, 1);
    this.#chats.set(chatId, chat);
  }

  /** Removes and returns the first chats that have waited since `until` or longer. */
  take(until: number): Map<string, PendingChat> {
    const taken = new Map<string, PendingChat>();
    for (const [chatId, chat] of this.#chats) {
      if (taken.size >= atOnce || chat.since > until) break;
      taken.set(chatId, chat);
      this.#chats.delete(chatId);
    }
    return taken;
  }

  /** Takes back chats that could not be checked. */
  putBack(chats: Map<string, PendingChat>): void {
    for (const [chatId, chat] of chats) {
      const newer = this.#chats.get(chatId);
      const merged = newer && {
        ...chat,
        newest: newer.newest,
        seen: [...chat.seen, ...newer.seen],
        changedSeq: Math.max(chat.changedSeq, newer.changedSeq),
      };
      this.#chats.set(chatId, merged ?? chat);
    }
  }
}
