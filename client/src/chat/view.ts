import { itemOf } from "../outbox/draft.ts";
import type { Outbox } from "../outbox/outbox.ts";
import { createTimer } from "../timing.ts";
import type { ChatView, Item } from "../types.ts";
import type { Chat } from "../wire.ts";
import type { Core } from "./core.ts";
import { createItems } from "./items.ts";
import { may } from "./may.ts";
import type { Pages } from "./pages.ts";

type Parts = { pages: Pages; outbox: Outbox; isTyping: () => boolean; onChange: () => void };

/** The seq of the first message that this person has not read. */
const firstUnread = (chat: Chat | null, items: readonly Item[], from: number, userId: string): number | null => {
  if (!chat?.unreadCount) return null;
  const mark = chat.read[userId]?.seq ?? 0;
  // The first one may not be loaded.
  if (from > mark + 1) return mark + 1;
  for (const { message } of items) {
    if ("seq" in message && message.seq > mark && message.senderId !== userId) return message.seq;
  }
  return null;
};

/** Makes what a UI shows of a chat. */
export const createView = (chatId: string, core: Core, { pages, outbox, isTyping, onChange }: Parts) => {
  const { userId, presences } = core;
  const { log } = pages;
  const itemsOf = createItems();
  const untilTimer = createTimer();
  return (previous?: ChatView): ChatView => {
    const chat = core.card(chatId) ?? null;
    const rules = core.rules();
    const now = core.now();
    let until = Infinity;
    const items = itemsOf(log.entries(), { userId, chat, rules, now, onUntil: (at) => (until = Math.min(until, at)) });
    const drafts = outbox.list();
    const sent = new Set(drafts.length > 0 ? items.map(({ key }) => key) : []);
    // One that is in the log already has its place there.
    for (const draft of drafts) if (!sent.has(draft.clientMessageId)) items.push(itemOf(draft));
    const isWaiting = pages.isShown() && core.isOpen() && until < Infinity;
    untilTimer(Math.min(until - now + 5, 2 ** 30), isWaiting ? onChange : undefined);
    // Without the card, as offline after a reload, what is written is stored and sent later.
    const shut = chat ? chat.status !== "active" && "chat_not_active" : pages.isRefused() && "chat_not_found";
    const other = chat ? presences.get(chat.ownerId === userId ? chat.seekerId : chat.ownerId) : undefined;
    const old = previous?.items;
    return {
      chat,
      // The same list if nothing in it is new, so that a component that shows only it is not drawn again.
      items: old?.length === items.length && items.every((item, at) => item === old[at]) ? old : items,
      hasOlder: log.from() > 1,
      completeTo: log.upTo(),
      unreadFrom: firstUnread(chat, items, log.from(), userId),
      otherTyping: isTyping(),
      otherOnline: other?.online ?? null,
      otherLastSeenAt: other?.lastSeenAt ?? null,
      may: { send: may(shut), upload: may(shut || (!rules ? "unavailable" : !rules.uploads && "uploads_off")) },
    };
  };
};
