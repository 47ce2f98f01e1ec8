import type { Chat, Mark } from "./wire.ts";

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
export class Cards {
  readonly #userId: string;
  readonly #byId = new Map<string, Chat>();

  constructor(userId: string) {
    this.#userId = userId;
  }

  get(chatId: string): Chat | undefined {
    return this.#byId.get(chatId);
  }

  clear(): void {
    this.#byId.clear();
  }

  /** Newest activity first. */
  list(): Chat[] {
    return [...this.#byId.values()].sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1));
  }

  put(incoming: Chat): void {
    const known = this.#byId.get(incoming.id) ?? incoming;
    const isOlder =
      incoming.lastSeq < known.lastSeq || (incoming.lastSeq === known.lastSeq && incoming.updatedAt < known.updatedAt);
    this.#set({
      ...(isOlder ? known : incoming),
      read: mergeMarks(known.read, incoming.read),
      delivered: mergeMarks(known.delivered, incoming.delivered),
    });
  }

  mark(kind: "read" | "delivered", chatId: string, userId: string, mark: Mark): void {
    const chat = this.#byId.get(chatId);
    if (chat) this.#set({ ...chat, [kind]: mergeMarks(chat[kind], { [userId]: mark }) });
  }

  /** A person who has read to the end has nothing unread, even if an older card says otherwise. */
  #set(chat: Chat): void {
    const hasReadAll = (chat.read[this.#userId]?.seq ?? 0) >= chat.lastSeq;
    this.#byId.set(chat.id, hasReadAll ? { ...chat, unreadCount: 0 } : chat);
  }
}
