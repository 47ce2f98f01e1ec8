import type { Rest } from "../connection/rest.ts";
import { createTask } from "../timing.ts";
import type { Inbox as Snapshot } from "../types.ts";
import type { Chat, InboxPage, Mark, Receipt } from "../wire.ts";

const chatsPerPage = 100;

type Marks = Record<string, Mark>;

const mergeMarks = (known: Marks, incoming: Marks): Marks => {
  const merged = { ...known };
  for (const [userId, mark] of Object.entries(incoming)) {
    if (mark.seq >= (merged[userId]?.seq ?? 0)) merged[userId] = mark;
  }
  return merged;
};

/**
 * The person's chats. Events of different nodes may arrive out of order, so the card with the higher `lastSeq` counts,
 * and marks only move forward.
 */
const createCards = (userId: string, onChange: () => void) => {
  const byId = new Map<string, Chat>();
  /** An older card may still count as unread what this person has read since. */
  const set = (chat: Chat): void => {
    const hasReadAll = (chat.read[userId]?.seq ?? 0) >= chat.lastSeq;
    byId.set(chat.id, hasReadAll ? { ...chat, unreadCount: 0 } : chat);
    onChange();
  };
  return {
    byId,
    take: (incoming: Chat): void => {
      const known = byId.get(incoming.id) ?? incoming;
      const newer = incoming.lastSeq - known.lastSeq || (incoming.updatedAt < known.updatedAt ? -1 : 0);
      set({
        ...(newer < 0 ? known : incoming),
        read: mergeMarks(known.read, incoming.read),
        delivered: mergeMarks(known.delivered, incoming.delivered),
      });
    },
    mark: (kind: "read" | "delivered", { chatId, userId: of, seq, at }: Receipt): void => {
      const chat = byId.get(chatId);
      if (chat) set({ ...chat, [kind]: mergeMarks(chat[kind], { [of]: { seq, at } }) });
    },
  };
};

type Parts = {
  userId: string;
  rest: Rest;
  isOpen: () => boolean;
  onChange: () => void;
  /** A chat is new, or as it is now. */
  onCard: (chat: Chat) => void;
  /** All that was loaded before has been loaded again. */
  onLoaded: () => void;
  onFailure: (error: unknown) => void;
};

export type Inbox = ReturnType<typeof createInbox>;

/** The person's chats, newest activity first, as many pages as were asked for. */
export const createInbox = ({ userId, rest, isOpen, onChange, onCard, onLoaded, onFailure }: Parts) => {
  const { byId, take, mark } = createCards(userId, onChange);
  const put = (chat: Chat): void => {
    take(chat);
    onCard(chat);
  };
  let [pages, isLoaded, isAsked, isBehind] = [1, false, false, false];
  let cursor: string | null = null;
  const see = (): Snapshot => {
    const chats = [...byId.values()].sort((one, other) => (one.updatedAt < other.updatedAt ? 1 : -1));
    const unread = chats.reduce((sum, { unreadCount }) => sum + unreadCount, 0);
    return { chats, unread, loaded: isLoaded, hasMore: cursor !== null };
  };
  const loadPage = async (from: string): Promise<string | null> => {
    const place = from && `&cursor=${encodeURIComponent(from)}`;
    const path = `user/${encodeURIComponent(userId)}?limit=${chatsPerPage}${place}`;
    const { chats, nextCursor } = await rest<InboxPage>("GET", path);
    chats.forEach(put);
    return nextCursor;
  };
  const task = createTask(
    async () => {
      if (!isOpen()) return;
      isAsked = false;
      let next: string | null = "";
      for (let page = 0; page < pages && next !== null; page += 1) next = await loadPage(next);
      cursor = next;
      isLoaded = true;
      isBehind = isAsked;
      onChange();
      onLoaded();
    },
    (_waitMs, error) => onFailure(error),
  );
  return {
    see,
    card: (chatId: string): Chat | undefined => byId.get(chatId),
    put,
    mark,
    isBehind: (): boolean => isBehind,
    load: (): void => {
      isAsked = isBehind = true;
      task.run();
    },
    loadMore: async (): Promise<void> => {
      if (cursor === null) return;
      cursor = await loadPage(cursor);
      pages += 1;
      onChange();
    },
    stop: task.stop,
    clear: (): void => {
      byId.clear();
      isLoaded = false;
      onChange();
    },
  };
};
