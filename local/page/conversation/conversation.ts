import type { Chat } from "../../../src/chat/cards/card.ts";
import type { ChatClient } from "../client/chat-client.ts";
import type { NewMessage } from "../client/outbox.ts";
import { createKeyedList, el, setChildren, setText } from "../kit/dom.ts";
import { firstName } from "../kit/format.ts";
import { icon } from "../kit/icons.ts";
import type { Settings } from "../kit/settings.ts";
import { createAttachDialog } from "./attach-dialog.ts";
import { conversationItems } from "./bubbles.ts";
import { createComposer } from "./composer.ts";
import { createConversationHead } from "./conversation-head.ts";
import { createMessageScroll } from "./message-scroll.ts";

/** The open chat of one person. `isWatched`: whether the person looks at this side now; only then is the chat marked as read. */
export function createConversation({
  client,
  settings,
  isWatched,
  onBack,
}: {
  client: ChatClient;
  settings: Settings;
  isWatched: () => boolean;
  onBack: () => void;
}) {
  const own = settings.person(client.userId);
  const head = createConversationHead({ client, settings, onBack });
  const statusBanner = el("div", { class: "banner status-banner", role: "status" });
  const list = el("ol", { class: "messages" });
  const items = createKeyedList(list);
  const log = el("div", { class: "log", role: "log", "aria-live": "polite", tabindex: 0 }, list);
  const newPill = el("button", { type: "button", class: "new-pill", hidden: true });
  const typing = el("p", { class: "typing", role: "status" });
  const attachDialog = createAttachDialog({
    allowedHosts: settings.attachmentHosts,
    onAttached: (attached) => send(attached),
  });
  const composer = createComposer({
    personName: own.name,
    onSend: (content) => send({ type: "text", content }),
    onAttach: () => attachDialog.open(),
    onTyping: () => client.openChatId && client.ownTyping.keyPressed(client.openChatId),
    onRest: () => client.ownTyping.stop(),
  });
  const element = el(
    "section",
    { class: "conversation", "aria-label": `Conversation of ${own.name}` },
    head.element,
    statusBanner,
    el("div", { class: "log-frame" }, log, newPill),
    typing,
    composer.element,
    attachDialog.element,
  );
  const scroll = createMessageScroll({ scroller: log, onReachTop: loadOlder, onMove: show });
  newPill.addEventListener("click", () => {
    scroll.toEnd();
    composer.focus();
    show();
  });

  let shownChatId: string | null = null;
  let oldestShown = 0;
  let firstNewSeq: number | null = null;

  return { element, show, focus: () => composer.focus() };

  function show(): void {
    const chat = client.openChatId === null ? undefined : client.cards.get(client.openChatId);
    element.hidden = chat === undefined;
    if (!chat) return;
    if (chat.id !== shownChatId) beginWith(chat);
    head.show(chat);
    showBanner(chat);
    showMessages(chat);
    showTyping(chat);
    composer.show({ chatId: chat.id, lockedBecause: lockedBecause(chat) });
    if (scroll.isAtEnd && isWatched()) client.seen();
    showPill(chat);
  }

  function beginWith(chat: Chat): void {
    shownChatId = chat.id;
    oldestShown = 0;
    firstNewSeq = null;
    log.setAttribute("aria-label", `Messages with ${settings.person(client.otherOf(chat)).name}`);
    scroll.toEnd();
  }

  function showMessages(chat: Chat): void {
    const chatLog = client.log(chat.id);
    const myRead = chat.read[client.userId]?.seq ?? 0;
    if (chat.unreadCount > 0 && !isWatched() && (firstNewSeq ?? 0) <= myRead) firstNewSeq = myRead + 1;
    const pending = client.outbox
      .of(chat.id)
      .filter(({ clientMessageId }) => !chatLog.hasClientMessageId(client.userId, clientMessageId));
    const next = conversationItems({
      chat,
      userId: client.userId,
      otherId: client.otherOf(chat),
      messages: chatLog.started ? chatLog.shown() : [],
      pending,
      firstNewSeq,
      nameOf: (userId) => settings.person(userId).name,
      actions: client.outbox,
    });
    if (chatLog.from < oldestShown) scroll.keepingPlace(() => items.show(next));
    else items.show(next);
    oldestShown = chatLog.from;
    scroll.settle();
    if (chatLog.started && !scroll.canScroll) loadOlder();
  }

  function showBanner(chat: Chat): void {
    const reason = lockedBecause(chat);
    statusBanner.hidden = reason === null;
    statusBanner.dataset["status"] = chat.status;
    if (reason === null || statusBanner.textContent === reason) return;
    setChildren(statusBanner, [icon(chat.status === "closed" ? "lock" : "pause"), el("span", {}, reason)]);
  }

  /** The owner's words are shown in quotation marks with the owner's name; the service's words are not. */
  function lockedBecause(chat: Chat): string | null {
    if (chat.status === "active") return null;
    const words = chat.statusReason;
    if (isOwnersDoing(chat)) {
      const name = chat.ownerId === client.userId ? "You" : firstName(settings.person(chat.ownerId).name);
      return `${name} made this chat read-only${words ? `: “${words}”` : "."}`;
    }
    return `This chat is ${chat.status === "closed" ? "closed" : "read-only"}${words ? `: ${words}` : "."}`;
  }

  /**
   * The log has who set the status. Until it is loaded, the words count as the owner's: a person's words must never
   * look like the service's. An owner can only make a chat read-only.
   */
  function isOwnersDoing(chat: Chat): boolean {
    if (chat.status !== "readonly") return false;
    const told = client
      .log(chat.id)
      .shown()
      .findLast(({ system }) => system !== undefined);
    return told === undefined || told.system?.by === "owner";
  }

  function showTyping(chat: Chat): void {
    const isTyping = client.isOtherTyping(chat.id);
    typing.classList.toggle("shown", isTyping);
    setText(typing, isTyping ? `${firstName(settings.person(client.otherOf(chat)).name)} is typing…` : "");
  }

  function showPill(chat: Chat): void {
    newPill.hidden = scroll.isAtEnd;
    const words = chat.unreadCount > 0 ? `${chat.unreadCount} new` : "Latest";
    if (newPill.textContent !== words) setChildren(newPill, [icon("down"), words]);
  }

  function send(message: NewMessage): void {
    firstNewSeq = null;
    scroll.toEnd();
    client.send(message);
  }

  function loadOlder(): void {
    if (client.openChatId !== null) void client.loadOlder(client.openChatId);
  }
}
