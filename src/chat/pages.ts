import type { Chat } from "./cards/card.ts";
import type { Message } from "./log/entry.ts";

/** Entries of a chat, ascending by seq. `hasMore`: there are more on the side that was asked for. */
export type MessagePage = { messages: Message[]; hasMore: boolean };
/** A chat with a page of its log. */
export type OpenedChat = { chat: Chat } & MessagePage;
/** A user's chats, latest activity first. `nextCursor` is null on the last page. */
export type Inbox = { chats: Chat[]; nextCursor: string | null };
