import type { Chat } from "../../../src/chat/cards/card.ts";
import type { Message } from "../../../src/chat/log/entry.ts";
import type { PageRoom } from "../../page-people.ts";
import { createKeyedList, el, type ListItem } from "../kit/dom.ts";
import { shortTime } from "../kit/format.ts";
import { icon } from "../kit/icons.ts";
import type { Settings } from "../kit/settings.ts";
import type { PageClient } from "../page-client.ts";
import { avatar, roomWindow } from "./avatar.ts";

/** The list of one person's chats. */
export function createInbox({
  client,
  settings,
  onOpen,
}: {
  client: PageClient;
  settings: Settings;
  onOpen: (chatId: string) => void;
}) {
  const list = el("ul", { class: "inbox-list" });
  const note = el("p", { class: "inbox-note" });
  const rows = createKeyedList(list);
  const element = el(
    "nav",
    { class: "inbox", "aria-label": `Chats of ${settings.person(client.userId).name}` },
    el("h3", { class: "inbox-title" }, "Chats"),
    note,
    list,
  );
  list.addEventListener("keydown", (event) => moveFocus(list, event));

  return {
    element,
    focus: (): void => list.querySelector("button")?.focus(),
    show(): void {
      const chats = client.chats();
      note.textContent = client.isLoaded ? "No chats yet." : "Loading…";
      note.hidden = chats.length > 0;
      element.classList.toggle("empty", chats.length === 0);
      rows.show(chats.map(rowOf));
    },
  };

  function rowOf(chat: Chat): ListItem {
    const other = settings.person(client.otherOf(chat));
    const view = client.view(chat.id);
    const row = {
      name: other.name,
      room: settings.room(chat.bookingId),
      role: chat.ownerId === client.userId ? ("seeker" as const) : ("owner" as const),
      online: view.otherOnline === true,
      isOpen: chat.id === client.openChatId,
      line: view.otherTyping ? "typing…" : lineOf(chat.lastMessage, client.userId),
      time: shortTime(chat.lastMessage?.createdAt ?? chat.updatedAt),
      unread: chat.unreadCount,
      status: chat.status,
    };
    return { key: chat.id, print: JSON.stringify(row), render: () => renderRow(row, () => onOpen(chat.id)) };
  }
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

interface Row {
  name: string;
  room: PageRoom;
  role: "owner" | "seeker";
  online: boolean;
  isOpen: boolean;
  line: string;
  time: string;
  unread: number;
  status: Chat["status"];
}

function renderRow(row: Row, onPress: () => void): HTMLElement {
  const button = el(
    "button",
    { type: "button", class: "inbox-row", "aria-current": row.isOpen ? "true" : null },
    avatar(row.name, row.role, row.online),
    el("span", { class: "inbox-name" }, row.name),
    el("span", { class: "inbox-room" }, roomWindow(row.room), row.room.title, statusMark(row.status)),
    el("span", { class: "inbox-line" }, row.line),
    el("span", { class: "inbox-time" }, row.time),
    row.unread > 0 &&
      el("span", { class: "badge" }, String(row.unread), el("span", { class: "visually-hidden" }, " unread")),
  );
  button.addEventListener("click", onPress);
  return el("li", {}, button);
}

function statusMark(status: Chat["status"]): HTMLElement | null {
  if (status === "active") return null;
  const isClosed = status === "closed";
  const text = isClosed ? "Closed" : "Read-only";
  return el("span", { class: `status-mark status-${status}` }, icon(isClosed ? "lock" : "pause"), text);
}

function lineOf(message: Message | null, userId: string): string {
  if (!message) return "";
  const { type, content, senderId, deleted } = message;
  if (deleted) return "Deleted message";
  const attached = { text: "", system: "", image: "Picture", file: "File" }[type];
  const line = attached && content ? `${attached}: ${content}` : attached || content;
  return `${senderId === userId ? "You: " : ""}${line}`;
}
