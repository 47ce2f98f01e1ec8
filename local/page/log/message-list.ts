import type { Item } from "../../../client/src/types.ts";
import type { Chat } from "../../../src/contract/chat.ts";
import { createKeyedList, el } from "../kit/dom.ts";
import { firstName } from "../kit/format.ts";
import type { Menu } from "../kit/menu.ts";
import type { Settings } from "../kit/settings.ts";
import type { BubbleActions } from "../message/bubble.ts";
import { attachMessageMenu, type MessageActs, makeReachable } from "../message/message-menu.ts";
import type { PageClient } from "../page-client.ts";
import { createNewLine } from "./new-line.ts";
import { createReadingPlace, lowestSeenSeq } from "./reading-place.ts";
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

/** The messages of the open chat, in an element that scrolls; older ones come as the person scrolls up. */
export function createMessageList(options: Options) {
  const { client, settings, isWatched, onMove } = options;
  const list = el("ol", { class: "messages" });
  const items = createKeyedList(list);
  const typing = createTypingRow();
  // The announcer reads out what is new: a live log would read out every page of history.
  const element = el("div", { class: "log", role: "log", "aria-live": "off", tabindex: 0 }, list, typing.element);
  const place = createReadingPlace({ scroller: element, list, onMove: moved });
  const window = createWindow<Item>();
  const newLine = createNewLine(client, isWatched);
  const actions = actionsOf(options);
  const itemOf = (key: string) => shown?.items.find((item) => item.key === key);
  attachMessageMenu({ list, menu: options.menu, itemOf, acts: options.acts });
  let shown: { chat: Chat; items: readonly Item[] } | null = null;
  let isArriving = true;
  let isLoading = false;

  return {
    element,
    get isAtEnd(): boolean {
      return place.isAtEnd && window.isPinned;
    },
    toEnd,
    /** Another chat is shown from now on. */
    beginWith(chatId: string, title: string): void {
      window.begin();
      newLine.begin(chatId);
      shown = null;
      isArriving = true;
      items.show([]);
      element.setAttribute("aria-label", title);
      place.toEnd();
    },
    /** The person sends: nothing here is new any more. */
    sending(): void {
      newLine.clear();
      toEnd();
    },
    show,
    /** The highest seq that this person has seen; undefined: everything. */
    seen(): number | undefined {
      const seq = lowestSeenSeq(element, list);
      return window.isPinned && seq === seqOf(shown?.items.findLast(({ message }) => "seq" in message))
        ? undefined
        : seq;
    },
    /** Loads until a day is here, and shows its first message. @returns whether there is one from then on */
    toDay,
  };

  function show(chat: Chat): void {
    const view = client.view(chat.id);
    shown = { chat, items: view.items };
    const isThere = view.completeTo > 0 || view.items.length > 0;
    element.classList.toggle("loading", !isThere);
    if (!isThere) return;
    newLine.look(chat, view);
    window.update(view.items, place.isAtEnd);
    typing.show(view.otherTyping ? firstName(settings.person(client.otherOf(chat)).name) : null);
    if (isArriving) arrive();
    else render();
    if (view.hasOlder && window.above < prefetchItems) void loadOlder(chat.id);
  }

  /** A chat with something new opens at the line above it; one without at its end. */
  function arrive(): void {
    const from = newLine.from;
    if (newLine.isWaiting) return render();
    isArriving = false;
    if (from !== null) window.toItem((item) => seqOf(item) >= from);
    render();
    const line = list.querySelector<HTMLElement>(".new-line");
    if (line) place.showRow(line, Math.min(64, element.clientHeight / 6));
  }

  function render(): void {
    if (!shown) return;
    const { chat } = shown;
    const nameOf = (userId: string) => settings.person(userId).name;
    items.show(
      rowsOf({ chat, before: window.before(), items: window.items(), newFrom: newLine.from, nameOf, actions }),
    );
    makeReachable(list);
    place.settle();
  }

  function moved(): void {
    extend();
    onMove();
  }

  /** Keeps two screens of rows on each side of what is seen. */
  function extend(): void {
    if (place.isHidden || !shown) return;
    const isExtended =
      (place.screensAbove() < prefetchScreens && window.older()) ||
      (place.screensBelow() < prefetchScreens && window.newer());
    if (isExtended) render();
    if (window.above < prefetchItems) void loadOlder(shown.chat.id);
  }

  async function loadOlder(chatId: string): Promise<void> {
    const { hasOlder, completeTo } = client.view(chatId);
    const isWanted = newLine.isWaiting || place.screensAbove() < prefetchScreens;
    if (isLoading || !hasOlder || completeTo === 0 || place.isHidden || !isWanted) return;
    isLoading = true;
    await client.loadOlder(chatId, pageSize);
    isLoading = false;
    // With the new items the window can grow.
    if (client.openChatId === chatId) extend();
  }

  function toEnd(): void {
    window.toEnd();
    render();
    place.toEnd();
  }

  async function toDay(chatId: string, day: string): Promise<boolean> {
    const start = new Date(`${day}T00:00`).getTime();
    const isBefore = () => Date.parse(client.view(chatId).items[0]?.message.createdAt ?? "") < start;
    // A page has 200 entries; whoever wants to go back further takes another step.
    for (let page = 0; page < 50 && client.view(chatId).hasOlder && !isBefore(); page += 1) {
      const had = client.view(chatId).items.length;
      await client.loadOlder(chatId, 200);
      if (client.openChatId !== chatId || client.view(chatId).items.length === had) break;
    }
    if (client.openChatId !== chatId) return false;
    window.update(client.view(chatId).items, false);
    const item = window.toItem(({ message }) => Date.parse(message.createdAt) >= start);
    if (!item) return false;
    render();
    const row = list.querySelector<HTMLElement>(`li[data-seq="${seqOf(item)}"]`);
    if (row) place.showRow(row, 48);
    extend();
    onMove();
    return true;
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
