import type { Draft, Item } from "../../../client/src/types.ts";
import type { Chat } from "../../../src/contract/chat.ts";
import { createAttachDialog } from "../composer/attach-dialog.ts";
import { Composer, type Edited } from "../composer/composer.ts";
import { isTouch } from "../composer/composer-parts.ts";
import type { Drafts } from "../composer/drafts.ts";
import { createEmojiPicker } from "../composer/emoji-picker.ts";
import { acceptFiles } from "../composer/pictures.ts";
import { el } from "../kit/dom.ts";
import type { Menu } from "../kit/menu.ts";
import type { Settings } from "../kit/settings.ts";
import { MessageList } from "../log/message-list.ts";
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
export class Conversation {
  readonly element: HTMLElement;
  readonly #options: Options;
  readonly #lightbox = createLightbox();
  readonly #acts;
  readonly #head;
  readonly #messages;
  readonly #latest;
  readonly #attachDialog;
  readonly #emojiPicker;
  readonly #composer: Composer;
  readonly #status;
  #shownChatId: string | null = null;

  constructor(options: Options) {
    const { client, settings, menu, isWatched, onBack } = options;
    this.#options = options;
    const startEdit = (edited: Edited) => this.#composer.edit(edited);
    this.#acts = createActs({ client, settings, menu, startEdit, toDay: (day) => void this.#goToDay(day) });
    const onMenu = (button: HTMLElement) => this.#acts.openChatMenu(button);
    this.#head = createConversationHead({ client, settings, onBack, onMenu });
    const enlarge = this.#lightbox.show;
    const onMove = () => this.#look();
    this.#messages = new MessageList({ client, settings, menu, acts: this.#acts, enlarge, isWatched, onMove });
    this.#latest = createLatestButton(() => this.#toLatest());
    this.#attachDialog = createAttachDialog({ settings, onDraft: (draft) => this.#send(draft) });
    this.#emojiPicker = createEmojiPicker((chosen) => this.#composer.insert(chosen));
    this.#composer = this.#makeComposer();
    this.#status = createStatusLine({ client, settings });
    this.element = this.#place();
  }

  /** On a touch screen the keyboard would come up, and nobody asked for it. */
  focus(): void {
    (isTouch() || this.#composer.element.hidden ? this.#messages.element : this.#composer).focus();
  }

  show(): void {
    const { client } = this.#options;
    const chat = client.openChat();
    const chatId = client.openChatId;
    this.element.hidden = chatId === null;
    if (chatId !== this.#shownChatId && chatId !== null) this.#begin(chatId);
    this.#shownChatId = chatId;
    this.element.classList.toggle("unknown", chat === null);
    if (!chat) return;
    this.#head.show(chat);
    this.#messages.show(chat);
    this.#showStatus(chat);
    this.#look();
  }

  #place(): HTMLElement {
    const { client, settings } = this.#options;
    const composer = this.#composer;
    const element = el(
      "section",
      { class: "conversation", "aria-label": words.conversationOf(settings.person(client.userId).name) },
      this.#head.element,
      el("div", { class: "log-frame" }, this.#messages.element, this.#latest.element),
      composer.element,
      this.#status.element,
      ...[this.#attachDialog, this.#emojiPicker, this.#lightbox, ...this.#acts.dialogs].map((part) => part.element),
    );
    acceptFiles(element, composer.text, (files) => !composer.element.hidden && this.#attachDialog.open(files));
    return element;
  }

  #makeComposer(): Composer {
    const { client, settings, drafts } = this.#options;
    const handle = () => (client.openChatId === null ? null : client.chat(client.openChatId));
    const isMine = ({ may }: Item): boolean => may?.edit.ok === true;
    return new Composer({
      personName: settings.person(client.userId).name,
      drafts,
      onSend: (text) => this.#send({ text }),
      onEdit: (edited, text) => this.#acts.saveEdit(edited, text),
      newestOwn: () => editable(handle()?.view.get().items.findLast(isMine)),
      onAttach: () => this.#attachDialog.open(),
      onEmoji: (button) => this.#emojiPicker.open(button),
      onTyping: () => handle()?.setTyping(true),
      onRest: () => handle()?.setTyping(false),
    });
  }

  #begin(chatId: string): void {
    this.#messages.beginWith(chatId);
    this.#composer.show(chatId);
  }

  /** A line takes the composer's place, and its focus. */
  #showStatus(chat: Chat): void {
    const hadFocus = this.#composer.hasFocus;
    const isShut = this.#status.show(chat);
    this.#composer.element.hidden = isShut;
    if (isShut && hadFocus) this.#status.focus();
  }

  /** Marks what is on the screen as read. */
  #look(): void {
    const { client, isWatched } = this.#options;
    const chat = client.openChat();
    if (!chat) return;
    const seen = isWatched() ? this.#messages.seen() : 0;
    if (seen !== 0) client.chat(chat.id).markRead(seen);
    this.#latest.show(chat.unreadCount, this.#messages.isAtEnd);
  }

  #toLatest(): void {
    this.#messages.toEnd();
    if (!isTouch()) this.#composer.focus();
    this.#look();
  }

  #send(draft: Draft): void {
    const { client } = this.#options;
    this.#messages.sending();
    if (client.openChatId !== null) client.chat(client.openChatId).send(draft);
  }

  async #goToDay(day: string): Promise<void> {
    const { openChatId } = this.#options.client;
    if (openChatId === null) return;
    await this.#messages.toDay(openChatId, day);
    this.#messages.element.focus({ preventScroll: true });
  }
}
