import type { Chat, Mark } from "../../../src/chat/cards/card.ts";

type Marks = Record<string, Mark>;

/**
 * The person's chats. Events of different nodes may arrive out of order, so the card with the higher `lastSeq` counts,
 * and marks only move forward.
 */
export function createChatCards(userId: string) {
  const byId = new Map<string, Chat>();
  return {
    get: (chatId: string): Chat | undefined => byId.get(chatId),
    has: (chatId: string): boolean => byId.has(chatId),
    /** Latest activity first. */
    list: (): Chat[] => [...byId.values()].sort((a, b) => b.updatedAt.localeCompare(a.updatedAt)),
    put(chat: Chat): void {
      const known = byId.get(chat.id);
      byId.set(chat.id, known ? mergeChats(known, chat, userId) : chat);
    },
    /** Returns whether it moved the mark. */
    mark(kind: "read" | "delivered", chatId: string, markedBy: string, mark: Mark): boolean {
      const chat = byId.get(chatId);
      if (!chat || (chat[kind][markedBy]?.seq ?? 0) >= mark.seq) return false;
      byId.set(chatId, settleUnread({ ...chat, [kind]: { ...chat[kind], [markedBy]: mark } }, userId));
      return true;
    },
  };
}

function mergeChats(known: Chat, incoming: Chat, userId: string): Chat {
  const isOlder =
    incoming.lastSeq < known.lastSeq || (incoming.lastSeq === known.lastSeq && incoming.updatedAt < known.updatedAt);
  const newer = isOlder ? known : incoming;
  const read = mergeMarks(known.read, incoming.read);
  const delivered = mergeMarks(known.delivered, incoming.delivered);
  return settleUnread({ ...newer, read, delivered }, userId);
}

function mergeMarks(known: Marks, incoming: Marks): Marks {
  const merged = { ...known };
  for (const [userId, mark] of Object.entries(incoming)) {
    if (mark.seq >= (merged[userId]?.seq ?? 0)) merged[userId] = mark;
  }
  return merged;
}

/** If the person has read to the end, nothing is unread, whatever an older card says. */
const settleUnread = (chat: Chat, userId: string): Chat =>
  (chat.read[userId]?.seq ?? 0) >= chat.lastSeq ? { ...chat, unreadCount: 0 } : chat;
