import type { Entry } from "../../src/chat/log/entry.ts";
import type { ChatLog } from "../../src/chat/ports.ts";
import type { RelayScan } from "../../src/store/relay/relay-scan.ts";
import { type PendingChat, PendingChats } from "./pending-chats.ts";
import type { Looked } from "./unread-watch.ts";

export type Aftercare = {
  /** Adds entries whose cards, changed messages and unread notices are to be checked later. */
  add: (entries: Entry[]) => void;
  /** Checks the entries that are due, or all entries if `now` is set. */
  run: (options?: { now?: boolean }) => Promise<void>;
  /** When the oldest unchecked entry was written; null if there is none. */
  oldestAt: () => Date | null;
};

type Parts = {
  scan: Pick<RelayScan, "cards">;
  /** Reading a message as it is shown makes the copies that a crash prevented. */
  log: Pick<ChatLog, "shownAt">;
  /** Updates a chat's card from its log. */
  mend: (chatId: string) => Promise<unknown>;
  note: (chats: Looked[]) => Promise<void>;
  onMended: () => void;
  /** Within this time most entries are read and all cards are written. */
  afterMs: number;
};

/**
 * Checks a chat's card some seconds after an entry: for an entry that is not copied to it, and for an entry that is unread.
 * By then the writer of the entry has usually updated the card, and a user who has the chat open has read the entry. All
 * entries of a chat in that time share one read of its card.
 */
export const createAftercare = ({ scan, log, mend, note, onMended, afterMs }: Parts): Aftercare => {
  const pending = new PendingChats();
  let underWay: PendingChat[] = [];

  /** Checks changed messages. @returns whether the last message was changed since it was copied to the card */
  const mendMessages = async ({ card, newest, changed }: Looked & Pick<PendingChat, "changed">): Promise<boolean> => {
    let isLastChanged = false;
    for (const target of changed) {
      const shown = await log.shownAt(card.id, target);
      isLastChanged ||= target === newest.state.shownSeq && (shown?.changedBy ?? 0) > card.lastChange;
    }
    return isLastChanged;
  };

  const look = async (chats: Map<string, PendingChat>): Promise<void> => {
    const cards = await scan.cards([...chats.keys()]);
    const looked = cards.flatMap((card) => {
      const chat = chats.get(card.id);
      return chat ? [{ card, newest: chat.newest, seen: chat.seen, changed: chat.changed }] : [];
    });
    const outdated = await Promise.all(
      looked.map(async (chat) => ((await mendMessages(chat)) || isBehind(chat) ? [chat.card.id] : [])),
    );
    await Promise.all(outdated.flat().map((chatId) => mend(chatId).then(onMended)));
    await note(looked);
  };

  const run = async (until: number): Promise<void> => {
    for (;;) {
      const due = pending.take(until);
      if (due.size === 0) return;
      underWay = [...due.values()];
      try {
        await look(due);
      } catch (error) {
        pending.putBack(due);
        throw error;
      } finally {
        underWay = [];
      }
    }
  };

  return {
    add: (entries) => {
      for (const entry of entries) pending.add(entry);
    },
    run: ({ now = false } = {}) => run(now ? Infinity : performance.now() - afterMs),
    oldestAt: () => underWay[0]?.oldestAt ?? pending.oldestAt,
  };
};

const isBehind = ({ card, newest }: Looked): boolean =>
  card.lastSeq < newest.seq || (card.lastMessage?.seq ?? 0) < newest.state.shownSeq;
