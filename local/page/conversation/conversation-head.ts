import type { Chat } from "../../../src/chat/cards/card.ts";
import { avatar, roomWindow } from "../inbox/avatar.ts";
import { el, setChildren, setText } from "../kit/dom.ts";
import { shortTime } from "../kit/format.ts";
import { icon } from "../kit/icons.ts";
import type { Settings } from "../kit/settings.ts";
import type { PageClient } from "../page-client.ts";

/** Shows the other person, their presence and the room; the owner can also switch who may write. */
export function createConversationHead({
  client,
  settings,
  onBack,
}: {
  client: PageClient;
  settings: Settings;
  onBack: () => void;
}) {
  const back = el(
    "button",
    { type: "button", class: "round-button back-button", "aria-label": "Back to chats" },
    icon("back"),
  );
  const face = el("span", { class: "conversation-face" });
  const name = el("h3", { class: "conversation-name" });
  const about = el("p", { class: "conversation-about" });
  const toggle = createStatusToggle(client);
  const element = el(
    "header",
    { class: "conversation-head" },
    back,
    face,
    el("div", { class: "conversation-who" }, name, about),
    toggle.element,
  );
  back.addEventListener("click", onBack);

  return {
    element,
    show(chat: Chat): void {
      const other = settings.person(client.otherOf(chat));
      const { otherOnline, otherLastSeenAt } = client.view(chat.id);
      const role = chat.ownerId === client.userId ? "seeker" : "owner";
      setChildren(face, [avatar(other.name, role, otherOnline === true)]);
      setText(name, other.name);
      const room = settings.room(chat.bookingId);
      setChildren(about, [
        roomWindow(room),
        el("span", {}, [room.title, presenceWords(otherOnline, otherLastSeenAt)].filter(Boolean).join(" · ")),
      ]);
      toggle.show(chat);
    },
  };
}

/** The owner's button that makes a chat read-only, and active again. */
function createStatusToggle(client: PageClient) {
  const element = el("button", { type: "button", class: "button button-quiet status-toggle" });
  let toggled: Chat | null = null;
  let isChanging = false;
  element.addEventListener("click", () => void switchStatus());

  return {
    element,
    show(chat: Chat): void {
      toggled = chat;
      element.hidden = chat.ownerId !== client.userId || chat.status === "closed";
      element.disabled = isChanging;
      showWords(chat.status === "active" ? "Make read-only" : "Allow writing");
    },
  };

  function showWords(words: string): void {
    if (element.textContent === words) return;
    setChildren(element, [icon(words === "Allow writing" ? "pen" : "pause"), el("span", {}, words)]);
    element.title = words;
  }

  async function switchStatus(): Promise<void> {
    if (!toggled || isChanging) return;
    isChanging = true;
    element.disabled = true;
    await client.setStatus(toggled.id, toggled.status === "active" ? "readonly" : "active");
    isChanging = false;
    element.disabled = false;
  }
}

function presenceWords(isOnline: boolean | null, lastSeenAt: string | null): string {
  if (isOnline === null) return "";
  if (isOnline) return "Online";
  return lastSeenAt ? `Last seen ${shortTime(lastSeenAt)}` : "Offline";
}
