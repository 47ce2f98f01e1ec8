import type { Chat } from "../../../src/chat/cards/card.ts";
import type { ChatClient } from "../client/chat-client.ts";
import { createKeyedList, el } from "../kit/dom.ts";
import type { Settings } from "../kit/settings.ts";
import { conversationItems } from "./bubbles.ts";
import { createMessageScroll } from "./message-scroll.ts";

type Options = {
  client: ChatClient;
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
      const chatLog = client.log(chat.id);
      const myRead = chat.read[client.userId]?.seq ?? 0;
      if (chat.unreadCount > 0 && !isWatched() && (firstNewSeq ?? 0) <= myRead) firstNewSeq = myRead + 1;
      const next = itemsOf(chat);
      if (chatLog.from < oldestShown) scroll.keepingPlace(() => items.show(next));
      else items.show(next);
      oldestShown = chatLog.from;
      scroll.settle();
      if (chatLog.started && !scroll.canScroll) loadOlder();
    },
  };

  function itemsOf(chat: Chat) {
    const chatLog = client.log(chat.id);
    const pending = client.outbox
      .of(chat.id)
      .filter(({ clientMessageId }) => !chatLog.hasClientMessageId(client.userId, clientMessageId));
    return conversationItems({
      chat,
      userId: client.userId,
      otherId: client.otherOf(chat),
      messages: chatLog.started ? chatLog.shown() : [],
      pending,
      firstNewSeq,
      nameOf: (userId) => settings.person(userId).name,
      actions: { ...client.outbox, addressOf: (id) => client.addressOf(id) },
    });
  }

  function loadOlder(): void {
    if (client.openChatId !== null) void client.loadOlder(client.openChatId);
  }
}
