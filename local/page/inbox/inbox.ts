import type { Chat } from "../../../src/contract/chat.ts";
import type { Drafts } from "../composer/drafts.ts";
import { isMuted } from "../conversation/chat-menu.ts";
import { createKeyedList, el, setText } from "../kit/dom.ts";
import type { Settings } from "../kit/settings.ts";
import { lineOf } from "../message/note.ts";
import type { PageClient } from "../page-client.ts";
import { words } from "../words/words.ts";
import { inboxRow, type Row } from "./inbox-row.ts";
import { createInboxTools } from "./inbox-tools.ts";

type Options = {
  client: PageClient;
  settings: Settings;
  drafts: Drafts;
  onOpen: (chatId: string) => void;
};

const moreFromPx = 600;

/** The list of one person's chats, with a search and a filter. */
export function createInbox({ onOpen, ...parts }: Options) {
  const { client, settings } = parts;
  const list = el("ul", { class: "inbox-list" });
  const note = el("p", { class: "inbox-note", role: "status" });
  const skeleton = createSkeleton();
  const rows = createKeyedList(list);
  const tools = createInboxTools(() => show());
  const element = el(
    "nav",
    { class: "inbox", "aria-label": words.chatsOf(settings.person(client.userId).name) },
    el("h3", { class: "inbox-title" }, words.chats),
    tools.element,
    skeleton,
    note,
    list,
  );
  list.addEventListener("keydown", (event) => moveFocus(list, event));
  element.addEventListener("scroll", () => {
    if (element.scrollHeight - element.scrollTop - element.clientHeight < moreFromPx) client.loadMoreChats();
  });

  return {
    element,
    focus: (): void => (list.querySelector<HTMLElement>("[aria-current], button") ?? element).focus(),
    /** Puts the focus on the row of a chat. */
    focusRow: (chatId: string): void => rows.elementOf(chatId)?.querySelector("button")?.focus(),
    show,
  };

  function show(): void {
    const chats = client.chats();
    const shown = chats.filter((chat) =>
      tools.matches(textsOf(chat, parts), chat.unreadCount > 0 || chat.id === client.openChatId),
    );
    tools.element.hidden = chats.length === 0;
    skeleton.hidden = client.isLoaded || chats.length > 0 || isAway(client);
    note.hidden = shown.length > 0 || !skeleton.hidden;
    setText(note, !client.isLoaded ? words.chatsWait : chats.length > 0 ? words.noMatch : words.noChats);
    element.classList.toggle("empty", chats.length === 0 && client.isLoaded);
    rows.show(shown.map((chat) => inboxRow(chat.id, rowOf(chat, parts), () => onOpen(chat.id))));
  }
}

type Parts = Pick<Options, "client" | "settings" | "drafts">;

const isAway = (client: PageClient): boolean => client.connection === "lost" || client.connection === "paused";

/** What the search looks in. */
function textsOf(chat: Chat, { client, settings }: Parts): string[] {
  const { title, place } = settings.room(chat.bookingId);
  return [settings.person(client.otherOf(chat)).name, title, place, chat.lastMessage ? lineOf(chat.lastMessage) : ""];
}

function rowOf(chat: Chat, parts: Parts): Row {
  const { client, settings } = parts;
  const view = client.view(chat.id);
  return {
    name: settings.person(client.otherOf(chat)).name,
    room: settings.room(chat.bookingId),
    role: chat.ownerId === client.userId ? "seeker" : "owner",
    isOnline: view.otherOnline === true,
    isOpen: chat.id === client.openChatId,
    isMuted: isMuted(chat),
    line: view.otherTyping ? words.typingShort : previewOf(chat, parts),
    at: chat.lastMessage?.createdAt ?? chat.updatedAt,
    unread: chat.unreadCount,
    status: chat.status,
  };
}

function previewOf(chat: Chat, { client, drafts }: Parts): string {
  const draft = chat.id === client.openChatId ? "" : drafts.of(chat.id);
  if (draft !== "") return words.draftLine(draft.slice(0, 200));
  if (!chat.lastMessage) return "";
  const line = lineOf(chat.lastMessage).slice(0, 200);
  return chat.lastMessage.senderId === client.userId ? words.youWrote(line) : line;
}

/** Grey rows while the list is loaded: it is not empty, it is not there yet. */
function createSkeleton(): HTMLElement {
  const row = () => el("span", { class: "skeleton-row" }, el("i"), el("b"), el("b"));
  return el(
    "div",
    { class: "skeleton", role: "status" },
    el("span", { class: "visually-hidden" }, words.loadingChats),
    ...Array.from({ length: 4 }, row),
  );
}

/** Arrow keys, Home and End move from one chat to another. */
function moveFocus(list: HTMLElement, event: KeyboardEvent): void {
  const buttons = [...list.querySelectorAll("button")];
  const index = buttons.findIndex((button) => button === document.activeElement);
  const places: Record<string, number> = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    Home: 0,
    End: buttons.length - 1,
  };
  const place = places[event.key];
  if (place === undefined || index < 0) return;
  event.preventDefault();
  buttons[Math.max(0, Math.min(buttons.length - 1, place))]?.focus();
}
