import type { Entry } from "../../src/chat/log/entry.ts";
import type { ChatLog } from "../../src/chat/ports.ts";
import type { RelayScan } from "../../src/store/relay/relay-scan.ts";
import { type PendingChat, PendingChats } from "./pending-chats.ts";
import type { Looked } from "./unread-watch.ts";

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
 * Usually the card is up to date by then, and a user with the chat open has read the entry. The card is read once, however
 * many entries came in that time.
 */
export const createAftercare = ({ scan, log, mend, note, onMended, afterMs }: Parts): Aftercare => {
  const pending = new PendingChats();
  let underWay: PendingChat[] = [];

  /** Whether the last message was changed since it was copied to the card. */
  const isLastChanged = async ({ card, newest, changedSeq }: Looked & Pick<PendingChat, "changedSeq">) => {
    if (changedSeq !== newest.state.shownSeq) return false;
    const last = await log.shownAt(card.id, changedSeq);
    return (last?.changedBy ?? 0) > card.lastChange;
  };

  const look = async (chats: Map<string, PendingChat>): Promise<void> => {
    const cards = await scan.cards([...chats.keys()]);
    const looked = cards.flatMap((card) => {
      const chat = chats.get(card.id);
      return chat ? [{ card, newest: chat.newest, seen: chat.seen, changedSeq: chat.changedSeq }] : [];
    });
    const outdated = await Promise.all(
      looked.map(async (chat) => (isBehind(chat) || (await isLastChanged(chat)) ? [chat.card.id] : [])),
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
