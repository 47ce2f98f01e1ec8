import type { Item } from "../../../client/src/types.ts";
import type { Chat } from "../../../src/contract/chat.ts";
import { createKeyedList, el, setAttributes } from "../kit/dom.ts";
import { firstName } from "../kit/format.ts";
import type { Menu } from "../kit/menu.ts";
import type { Settings } from "../kit/settings.ts";
import type { BubbleActions } from "../message/bubble.ts";
import { attachMessageMenu, type MessageActs, makeReachable } from "../message/message-menu.ts";
import type { PageClient } from "../page-client.ts";
import { words } from "../words/words.ts";
import { createNewLine } from "./new-line.ts";
import { lowestSeenSeq, ReadingPlace } from "./reading-place.ts";
import { rowsOf } from "./rows.ts";
import { createTypingRow } from "./typing-row.ts";
import { createWindow } from "./window.ts";

type Options = {
  client: PageClient;
  settings: Settings;
  menu: Menu;
  acts: MessageActs;
  enlarge: BubbleActions["enlarge"];
  isWatched: () => boolean;
  /** The person moved in the log. */
  onMove: () => void;
};

const prefetchScreens = 2;
/** Older items are loaded before the window reaches them. */
const prefetchItems = 100;
const pageSize = 100;
/** So many pages of 200 are loaded for a day; whoever wants to go back further takes another step. */
const mostPagesToDay = 50;

/** The messages of the open chat, in an element that scrolls; older ones come as the person scrolls up. */
export class MessageList {
  readonly element: HTMLElement;
  readonly #options: Options;
  readonly #list = el("ol", { class: "messages" });
  readonly #rows = createKeyedList(this.#list);
  readonly #typing = createTypingRow();
  readonly #window = createWindow<Item>();
  readonly #newLine;
  readonly #place;
  readonly #actions: BubbleActions;
  #shown: { chat: Chat; items: readonly Item[] } | null = null;
  #isArriving = true;
  #isLoading = false;

  constructor(options: Options) {
    const { client, menu, acts, isWatched } = options;
    const list = this.#list;
    this.#options = options;
    this.#actions = actionsOf(options);
    this.#newLine = createNewLine(client, isWatched);
    // The announcer reads out what is new: a live log would read out every page of history.
    this.element = el(
      "div",
      { class: "log", role: "log", "aria-live": "off", tabindex: 0 },
      list,
      this.#typing.element,
    );
    this.#place = new ReadingPlace({ scroller: this.element, list, onMove: () => this.#moved() });
    const itemOf = (key: string) => this.#shown?.items.find((item) => item.key === key);
    attachMessageMenu({ list, menu, itemOf, acts });
  }

  get isAtEnd(): boolean {
    return this.#place.isAtEnd && this.#window.isPinned;
  }

  /** Another chat is shown from now on. */
  beginWith(chatId: string): void {
    this.#window.begin();
    this.#newLine.begin(chatId);
    this.#shown = null;
    this.#isArriving = true;
    this.#rows.show([]);
    this.#place.toEnd();
  }

  toEnd(): void {
    this.#window.toEnd();
    this.#render();
    this.#place.toEnd();
  }

  /** The person sends: nothing here is new any more. */
  sending(): void {
    this.#newLine.clear();
    this.toEnd();
  }

  show(chat: Chat): void {
    const { client, settings } = this.#options;
    const view = client.view(chat.id);
    this.#shown = { chat, items: view.items };
    const { name } = settings.person(client.otherOf(chat));
    setAttributes(this.element, { "aria-label": words.messagesWith(name) });
    const isThere = view.completeTo > 0 || view.items.length > 0;
    this.element.classList.toggle("loading", !isThere);
    if (!isThere) return;
    this.#newLine.look(chat, view);
    this.#window.update(view.items, this.#place.isAtEnd);
    this.#typing.show(view.otherTyping ? firstName(name) : null);
    if (this.#isArriving) this.#arrive();
    else this.#render();
    this.#extend();
  }

  /** The highest seq that this person has seen; undefined: everything; 0: nothing. */
  seen(): number | undefined {
    const seq = lowestSeenSeq(this.element, this.#list);
    const newest = seqOf(this.#shown?.items.findLast(({ message }) => "seq" in message));
    return this.#window.isPinned && seq === newest ? undefined : seq;
  }

  /** Loads until a day is here, and shows its first message. */
  async toDay(chatId: string, day: string): Promise<void> {
    const { client, onMove } = this.#options;
    const start = new Date(`${day}T00:00`).getTime();
    const items = () => client.view(chatId).items;
    const isHere = () => Date.parse(items()[0]?.message.createdAt ?? "") < start;
    for (let page = 0; page < mostPagesToDay && client.view(chatId).hasOlder && !isHere(); page += 1) {
      const had = items().length;
      await client.loadOlder(chatId, 200);
      if (client.openChatId !== chatId || items().length === had) break;
    }
    if (client.openChatId !== chatId) return;
    this.#window.update(items(), false);
    const item = this.#window.toItem(({ message }) => Date.parse(message.createdAt) >= start);
    if (!item) return;
    this.#render();
    const row = this.#list.querySelector<HTMLElement>(`li[data-seq="${seqOf(item)}"]`);
    if (row) this.#place.showRow(row, 48);
    this.#extend();
    onMove();
  }

  /** A chat with something new opens at the line above it; one without at its end. */
  #arrive(): void {
    const { from, isWaiting } = this.#newLine;
    if (isWaiting) return this.#render();
    this.#isArriving = false;
    if (from !== null) this.#window.toItem((item) => seqOf(item) >= from);
    this.#render();
    const line = this.#list.querySelector<HTMLElement>(".new-line");
    if (line) this.#place.showRow(line, Math.min(64, this.element.clientHeight / 6));
  }

  #render(): void {
    if (!this.#shown) return;
    const { chat } = this.#shown;
    const nameOf = (userId: string) => this.#options.settings.person(userId).name;
    const [before, items, newFrom] = [this.#window.before(), this.#window.items(), this.#newLine.from];
    this.#rows.show(rowsOf({ chat, before, items, newFrom, nameOf, actions: this.#actions }));
    makeReachable(this.#list);
    this.#place.settle();
  }

  #moved(): void {
    this.#extend();
    this.#options.onMove();
  }

  /** Keeps two screens of rows on each side of what is seen. */
  #extend(): void {
    if (this.#place.isHidden || !this.#shown) return;
    const isExtended =
      (this.#place.screensAbove < prefetchScreens && this.#window.older()) ||
      (this.#place.screensBelow < prefetchScreens && this.#window.newer());
    if (isExtended) this.#render();
    if (this.#window.above < prefetchItems) void this.#loadOlder(this.#shown.chat.id);
  }

  async #loadOlder(chatId: string): Promise<void> {
    const { client } = this.#options;
    const { hasOlder, completeTo } = client.view(chatId);
    const isWanted = this.#newLine.isWaiting || this.#place.screensAbove < prefetchScreens;
    if (this.#isLoading || !hasOlder || completeTo === 0 || this.#place.isHidden || !isWanted) return;
    this.#isLoading = true;
    // What comes is shown as any change is. Without an answer the person's next scrolling asks again.
    await client.loadOlder(chatId, pageSize);
    this.#isLoading = false;
  }
}

const seqOf = (item: Item | undefined): number => (item && "seq" in item.message ? item.message.seq : 0);

function actionsOf({ client, enlarge }: Options): BubbleActions {
  const chat = () => client.chat(client.openChatId ?? "");
  return {
    enlarge,
    retry: (key) => chat().retry(key),
    discard: (key) => chat().discard(key),
    addressOf: (id) => chat().fileUrl(id),
  };
}
