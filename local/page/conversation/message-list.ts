import type { Chat } from "../../../src/chat/cards/card.ts";
import { createKeyedList, el } from "../kit/dom.ts";
import type { Settings } from "../kit/settings.ts";
import type { PageClient } from "../page-client.ts";
import { conversationItems } from "./bubbles.ts";
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
      const oldest = Number(shown[0]?.message && "seq" in shown[0].message ? shown[0].message.seq : 0);
      if (oldest < oldestShown) scroll.keepingPlace(() => items.show(next));
      else items.show(next);
      oldestShown = oldest;
      scroll.settle();
      if (completeTo > 0 && hasOlder && !scroll.canScroll) loadOlder();
    },
  };

  function itemsOf(chat: Chat) {
    const handle = client.chat(chat.id);
    return conversationItems({
      chat,
      userId: client.userId,
      items: handle.view.get().items,
      firstNewSeq,
      nameOf: (userId) => settings.person(userId).name,
      actions: {
        retry: (key) => handle.retry(key),
        discard: (key) => handle.discard(key),
        addressOf: (id) => handle.fileUrl(id),
      },
    });
  }

  function loadOlder(): void {
    // Without an answer it is asked again when the person scrolls.
    if (client.openChatId !== null)
      client
        .chat(client.openChatId)
        .loadOlder()
        .catch(() => {});
  }
}
