import type { ChatView } from "../../../client/src/types.ts";
import type { Chat } from "../../../src/contract/chat.ts";
import type { PageClient } from "../page-client.ts";

/** The most that is loaded to find the first unread message. */
const mostLoaded = 1_000;

/**
 * Where the line "New" is. It is set when a chat is opened, or when something comes while nobody looks, and stays there
 * while the person reads on.
 */
export function createNewLine(client: PageClient, isWatched: () => boolean) {
  let from: number | null = null;
  let isBegun = false;
  let isFound = false;

  const markOf = (chat: Chat): number => chat.read[client.userId]?.seq ?? 0;

  return {
    /** The seq of the first new message. */
    get from(): number | null {
      return isFound ? from : null;
    },
    /** The first new message is not loaded yet. */
    get isWaiting(): boolean {
      return from !== null && !isFound;
    },
    begin(chatId: string): void {
      const chat = client.view(chatId).chat;
      from = chat && chat.unreadCount > 0 ? markOf(chat) + 1 : null;
      isBegun = chat !== null;
      isFound = false;
    },
    clear(): void {
      from = null;
    },
    look(chat: Chat, { items, hasOlder }: ChatView): void {
      const isUnread = chat.unreadCount > 0;
      const mark = markOf(chat);
      // A chat that was opened by its address is known a little later.
      if (isUnread && (!isBegun || (!isWatched() && (from ?? 0) <= mark))) from = mark + 1;
      isBegun = true;
      const first = items.find(({ message }) => "seq" in message)?.message;
      const firstSeq = first && "seq" in first ? first.seq : Infinity;
      isFound = from === null || firstSeq <= from || !hasOlder || items.length > mostLoaded;
    },
  };
}
