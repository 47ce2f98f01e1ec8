import type { Chat } from "../../../src/contract/chat.ts";
import { avatar, roomWindow } from "../inbox/avatar.ts";
import { el, iconButton, setChildren, setText } from "../kit/dom.ts";
import { shortTime } from "../kit/format.ts";
import type { Settings } from "../kit/settings.ts";
import type { PageClient } from "../page-client.ts";
import { words } from "../words/words.ts";
import { isMuted, mutedMark } from "./chat-menu.ts";

type Options = {
  client: PageClient;
  settings: Settings;
  onBack: () => void;
  onMenu: (button: HTMLElement) => void;
};

/** Shows the other person, their presence and the room, and has the chat's menu. */
export function createConversationHead({ client, settings, onBack, onMenu }: Options) {
  const back = iconButton("back", words.backToChats, { class: "round-button back-button" });
  const more = iconButton("more", words.chatMenu, { "aria-haspopup": "menu" });
  const face = el("span", { class: "conversation-face" });
  const name = el("bdi");
  const about = el("p", { class: "conversation-about" });
  const who = el("div", { class: "conversation-who" }, el("h3", { class: "conversation-name" }, name), about);
  const element = el("header", { class: "conversation-head" }, back, face, who, more);
  back.addEventListener("click", onBack);
  more.addEventListener("click", () => onMenu(more));
  let print = "";

  return {
    element,
    show(chat: Chat): void {
      const other = settings.person(client.otherOf(chat));
      const { otherOnline, otherLastSeenAt } = client.view(chat.id);
      const role = chat.ownerId === client.userId ? "seeker" : "owner";
      const room = settings.room(chat.bookingId);
      const said = [room.title, presenceWords(otherOnline, otherLastSeenAt)].filter(Boolean).join(" · ");
      const next = JSON.stringify([other.name, otherOnline, said, isMuted(chat)]);
      if (next === print) return;
      print = next;
      setChildren(face, [avatar(other.name, role, otherOnline === true)]);
      setText(name, other.name);
      setChildren(about, [roomWindow(room), el("span", {}, said), isMuted(chat) && mutedMark()]);
    },
  };
}

function presenceWords(isOnline: boolean | null, lastSeenAt: string | null): string {
  if (isOnline === null) return "";
  if (isOnline) return words.online;
  return lastSeenAt ? words.lastSeen(shortTime(lastSeenAt)) : words.offline;
}
