import type { Draft } from "../../../client/src/types.ts";
import type { Chat } from "../../../src/chat/cards/card.ts";
import { el, setChildren, setText } from "../kit/dom.ts";
import { firstName } from "../kit/format.ts";
import { icon } from "../kit/icons.ts";
import type { Settings } from "../kit/settings.ts";
import type { PageClient } from "../page-client.ts";
import { createAttachDialog } from "./attach-dialog.ts";
import { createComposer } from "./composer.ts";
import { createConversationHead } from "./conversation-head.ts";
import { createMessageList } from "./message-list.ts";
import { createStatusBanner, lockedBecause } from "./status-banner.ts";

type Options = {
  client: PageClient;
  settings: Settings;
  /** Whether the person looks at this side now; only then is the chat marked as read. */
  isWatched: () => boolean;
  onBack: () => void;
};

/** The open chat of one person. */
export function createConversation({ client, settings, isWatched, onBack }: Options) {
  const own = settings.person(client.userId);
  const head = createConversationHead({ client, settings, onBack });
  const banner = createStatusBanner({ client, settings });
  const messages = createMessageList({ client, settings, isWatched, onMove: show });
  const newPill = el("button", { type: "button", class: "new-pill", hidden: true });
  const typing = el("p", { class: "typing", role: "status" });
  const attachDialog = createAttachDialog({ settings, onDraft: send });
  const composer = createComposer({
    personName: own.name,
    onSend: (text) => send({ text }),
    onAttach: () => attachDialog.open(),
    onTyping: () => openHandle()?.setTyping(true),
    onRest: () => openHandle()?.setTyping(false),
  });
  const element = el(
    "section",
    { class: "conversation", "aria-label": `Conversation of ${own.name}` },
    head.element,
    banner.element,
    el("div", { class: "log-frame" }, messages.element, newPill),
    typing,
    composer.element,
    attachDialog.element,
  );
  newPill.addEventListener("click", () => {
    messages.toEnd();
    composer.focus();
    show();
  });
  let shownChatId: string | null = null;

  return { element, show, focus: () => composer.focus() };

  function show(): void {
    const chat = client.openChat();
    element.hidden = chat === null;
    if (!chat) return;
    if (chat.id !== shownChatId) messages.beginWith(chat);
    shownChatId = chat.id;
    head.show(chat);
    banner.show(chat);
    messages.show(chat);
    const typist = client.view(chat.id).otherTyping ? firstName(settings.person(client.otherOf(chat)).name) : null;
    showTyping(typing, typist);
    composer.show({ chatId: chat.id, lockedBecause: lockedBecause(chat, { client, settings }) });
    if (messages.isAtEnd && isWatched()) client.chat(chat.id).markRead();
    showPill(newPill, chat, messages.isAtEnd);
  }

  function openHandle() {
    return client.openChatId === null ? null : client.chat(client.openChatId);
  }

  function send(draft: Draft): void {
    messages.sending();
    openHandle()?.send(draft);
  }
}

function showTyping(line: HTMLElement, typist: string | null): void {
  line.classList.toggle("shown", typist !== null);
  setText(line, typist === null ? "" : `${typist} is typing…`);
}

function showPill(pill: HTMLElement, chat: Chat, isAtEnd: boolean): void {
  pill.hidden = isAtEnd;
  const words = chat.unreadCount > 0 ? `${chat.unreadCount} new` : "Latest";
  if (pill.textContent !== words) setChildren(pill, [icon("down"), words]);
}
