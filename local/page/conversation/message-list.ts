import type { ChatHandle, Item } from "../../../client/src/types.ts";
import type { Chat } from "../../../src/chat/cards/card.ts";
import { createKeyedList, el } from "../kit/dom.ts";
import type { Settings } from "../kit/settings.ts";
import type { PageClient } from "../page-client.ts";
import { type BubbleActions, conversationItems } from "./bubbles.ts";
import { createMessageScroll } from "./message-scroll.ts";

type Options = {
  client: PageClient;
  settings: Settings;
  isWatched: () => boolean;
  /** The person reached the newest message, or left it. */
  onMove: () => void;
};

/** The messages of the open chat, in an element that scrolls; older ones come as the person scrolls up. */
export function createMessageList({ client, settings, isWatched, onMove }: Options) {
  const list = el("ol", { class: "messages" });
  const items = createKeyedList(list);
  const element = el("div", { class: "log", role: "log", "aria-live": "polite", tabindex: 0 }, list);
  const scroll = createMessageScroll({ scroller: element, onReachTop: loadOlder, onMove });
  let oldestShown = 0;
  let firstNewSeq: number | null = null;

  return {
    element,
    get isAtEnd(): boolean {
      return scroll.isAtEnd;
    },
    toEnd: scroll.toEnd,
    /** Another chat is shown from now on. */
    beginWith(chat: Chat): void {
      oldestShown = 0;
      firstNewSeq = null;
      element.setAttribute("aria-label", `Messages with ${settings.person(client.otherOf(chat)).name}`);
      scroll.toEnd();
    },
    /** The person sends: nothing here is new any more. */
    sending(): void {
      firstNewSeq = null;
      scroll.toEnd();
    },
    show(chat: Chat): void {
      const { items: shown, completeTo, hasOlder } = client.view(chat.id);
      const myRead = chat.read[client.userId]?.seq ?? 0;
      if (chat.unreadCount > 0 && !isWatched() && (firstNewSeq ?? 0) <= myRead) firstNewSeq = myRead + 1;
      const next = itemsOf(chat);
      const oldest = seqOf(shown[0]);
      if (oldest < oldestShown) scroll.keepingPlace(() => items.show(next));
      else items.show(next);
      oldestShown = oldest;
      scroll.settle();
      if (completeTo > 0 && hasOlder && !scroll.canScroll) loadOlder();
    },
  };

  function itemsOf(chat: Chat) {
    return conversationItems({
      chat,
      userId: client.userId,
      items: client.view(chat.id).items,
      firstNewSeq,
      nameOf: (userId) => settings.person(userId).name,
      actions: actionsOf(client.chat(chat.id)),
    });
  }

  function loadOlder(): void {
    if (client.openChatId !== null) client.loadOlder(client.openChatId);
  }
}

const seqOf = (item: Item | undefined): number => (item && "seq" in item.message ? item.message.seq : 0);

const actionsOf = (chat: ChatHandle): BubbleActions => ({
  retry: (key) => chat.retry(key),
  discard: (key) => chat.discard(key),
  addressOf: (id) => chat.fileUrl(id),
});
