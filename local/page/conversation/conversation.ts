import type { Draft, Item } from "../../../client/src/types.ts";
import type { Chat } from "../../../src/contract/chat.ts";
import { createAttachDialog } from "../composer/attach-dialog.ts";
import { createComposer, type Edited } from "../composer/composer.ts";
import { isTouch } from "../composer/composer-parts.ts";
import type { Drafts } from "../composer/drafts.ts";
import { createEmojiPicker } from "../composer/emoji-picker.ts";
import { acceptFiles } from "../composer/pictures.ts";
import { el } from "../kit/dom.ts";
import type { Menu } from "../kit/menu.ts";
import type { Settings } from "../kit/settings.ts";
import { createMessageList } from "../log/message-list.ts";
import { createLightbox } from "../message/lightbox.ts";
import type { PageClient } from "../page-client.ts";
import { words } from "../words/words.ts";
import { createActs, editable } from "./acts.ts";
import { createConversationHead } from "./conversation-head.ts";
import { createLatestButton } from "./latest-button.ts";
import { createStatusLine } from "./status-line.ts";

type Options = {
  client: PageClient;
  settings: Settings;
  menu: Menu;
  drafts: Drafts;
  /** Whether the person looks at this side now; only then is the chat marked as read. */
  isWatched: () => boolean;
  onBack: () => void;
};

/** The open chat of one person. */
export function createConversation(options: Options) {
  const { client, settings, menu, isWatched, onBack } = options;
  const own = settings.person(client.userId);
  const lightbox = createLightbox();
  const acts = createActs({
    ...options,
    startEdit: (edited) => composer.edit(edited),
    toDay: (day) => void goToDay(day),
  });
  const head = createConversationHead({ client, settings, onBack, onMenu: (button) => acts.openChatMenu(button) });
  const enlarge = lightbox.show;
  const messages = createMessageList({ client, settings, menu, acts, enlarge, isWatched, onMove: look });
  const latest = createLatestButton(() => {
    messages.toEnd();
    if (!isTouch()) composer.focus();
    look();
  });
  const attachDialog = createAttachDialog({ settings, onDraft: send });
  const emojiPicker = createEmojiPicker((chosen) => composer.insert(chosen));
  const composer = makeComposer(options, {
    send,
    acts,
    attach: () => attachDialog.open(),
    emoji: (button) => emojiPicker.open(button),
  });
  const status = createStatusLine({ client, settings });
  const frame = el("div", { class: "log-frame" }, messages.element, latest.element);
  const element = el(
    "section",
    { class: "conversation", "aria-label": words.conversationOf(own.name) },
    head.element,
    frame,
    composer.element,
    status.element,
    ...[attachDialog, emojiPicker, lightbox, ...acts.dialogs].map((part) => part.element),
  );
  acceptFiles(element, composer.text, (files) => !composer.element.hidden && attachDialog.open(files));
  let shownChatId: string | null = null;

  return {
    element,
    show,
    /** On a touch screen the keyboard would come up, and nobody asked for it. */
    focus: (): void => (isTouch() || composer.element.hidden ? messages.element : composer).focus(),
  };

  function show(): void {
    const chat = client.openChat();
    element.hidden = client.openChatId === null;
    if (client.openChatId === null) shownChatId = null;
    if (client.openChatId !== null && client.openChatId !== shownChatId) begin(client.openChatId);
    element.classList.toggle("unknown", chat === null);
    if (!chat) return;
    head.show(chat);
    messages.show(chat);
    showStatus(chat);
    look();
  }

  function begin(chatId: string): void {
    shownChatId = chatId;
    const chat = client.view(chatId).chat;
    messages.beginWith(chatId, chat ? words.messagesWith(settings.person(client.otherOf(chat)).name) : "");
    composer.show(chatId);
  }

  /** A line takes the composer's place, and its focus. */
  function showStatus(chat: Chat): void {
    const hadFocus = composer.hasFocus();
    const isShut = status.show(chat);
    composer.element.hidden = isShut;
    if (isShut && hadFocus) status.focus();
  }

  /** Marks what is on the screen as read. */
  function look(): void {
    const chat = client.openChat();
    if (!chat) return;
    const seen = isWatched() ? messages.seen() : 0;
    if (seen !== 0) client.chat(chat.id).markRead(seen);
    latest.show(chat.unreadCount, messages.isAtEnd);
  }

  function send(draft: Draft): void {
    messages.sending();
    if (client.openChatId !== null) client.chat(client.openChatId).send(draft);
  }

  async function goToDay(day: string): Promise<void> {
    if (client.openChatId === null) return;
    await messages.toDay(client.openChatId, day);
    messages.element.focus({ preventScroll: true });
  }
}

type ComposerNeeds = {
  send: (draft: Draft) => void;
  acts: { saveEdit: (edited: Edited, text: string) => void };
  attach: () => void;
  emoji: (button: HTMLElement) => void;
};

function makeComposer({ client, settings, drafts }: Options, { send, acts, attach, emoji }: ComposerNeeds) {
  const handle = () => (client.openChatId === null ? null : client.chat(client.openChatId));
  const isMine = ({ may }: Item): boolean => may?.edit.ok === true;
  return createComposer({
    personName: settings.person(client.userId).name,
    drafts,
    onSend: (text) => send({ text }),
    onEdit: acts.saveEdit,
    newestOwn: () => editable(handle()?.view.get().items.findLast(isMine)),
    onAttach: attach,
    onEmoji: emoji,
    onTyping: () => handle()?.setTyping(true),
    onRest: () => handle()?.setTyping(false),
  });
}
