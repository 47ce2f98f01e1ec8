import type { Chat } from "../../../src/contract/chat.ts";
import type { PageRoom } from "../../page-people.ts";
import { mutedMark } from "../conversation/chat-menu.ts";
import { el, type ListItem } from "../kit/dom.ts";
import { shortTime } from "../kit/format.ts";
import { icon } from "../kit/icons.ts";
import { words } from "../words/words.ts";
import { avatar, roomWindow } from "./avatar.ts";

/** What a row of the list shows. */
export type Row = {
  name: string;
  room: PageRoom;
  role: "owner" | "seeker";
  isOnline: boolean;
  isOpen: boolean;
  isMuted: boolean;
  line: string;
  at: string;
  unread: number;
  status: Chat["status"];
};

export const inboxRow = (key: string, row: Row, onPress: () => void): ListItem => ({
  key,
  print: JSON.stringify([row, shortTime(row.at)]),
  render: () => renderRow(row, onPress),
});

function renderRow(row: Row, onPress: () => void): HTMLElement {
  const unread = words.unread(row.unread);
  const button = el(
    "button",
    { type: "button", class: "inbox-row", "aria-current": row.isOpen ? "true" : null },
    avatar(row.name, row.role, row.isOnline),
    el("span", { class: "inbox-name" }, el("bdi", {}, row.name)),
    el("span", { class: "inbox-time" }, row.isMuted && mutedMark(), shortTime(row.at)),
    el("span", { class: "inbox-room" }, roomWindow(row.room), row.room.title, statusMark(row.status)),
    el("span", { class: "inbox-line" }, el("bdi", {}, row.line)),
    row.unread > 0 &&
      el(
        "span",
        { class: "badge" },
        String(row.unread),
        el("span", { class: "visually-hidden" }, unread.replace(/^\d+/, "")),
      ),
  );
  button.addEventListener("click", onPress);
  return el("li", {}, button);
}

function statusMark(status: Chat["status"]): HTMLElement | null {
  if (status === "active") return null;
  return el(
    "span",
    { class: `status-mark status-${status}` },
    icon(status === "closed" ? "lock" : "pause"),
    words.statuses[status],
  );
}
