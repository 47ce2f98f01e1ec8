import { createChatClient } from "./client/chat-client.ts";
import { createConversation } from "./conversation/conversation.ts";
import { avatar } from "./inbox/avatar.ts";
import { createInbox } from "./inbox/inbox.ts";
import { createSideHead } from "./inbox/side-head.ts";
import { createWelcome } from "./inbox/welcome.ts";
import { el, setText } from "./kit/dom.ts";
import { fetchToken, type Settings } from "./kit/settings.ts";

export type SideRole = "owner" | "seeker";

const noticeMs = 8_000;
/** As in side.css: from this width on the list and the conversation are side by side. */
const bothFromPx = 560;

/** One person's whole chat client on the page: inbox, conversation, and a separate connection. */
export function createSide({
  role,
  userId,
  settings,
  isWatched,
  onWatch,
  onChange,
  onApprove,
}: {
  role: SideRole;
  userId: string;
  settings: Settings;
  /** Whether the person looks at this side now. */
  isWatched: () => boolean;
  /** Called when the person switched to this side. */
  onWatch: () => void;
  onChange: () => void;
  onApprove: () => void;
}) {
  const person = settings.person(userId);
  const url = settings.chatUrls[role === "owner" ? 0 : settings.chatUrls.length - 1] ?? "";
  let isWaitingToShow = false;
  let isFirstLook = true;
  let noticeTimer: ReturnType<typeof setTimeout> | undefined;

  const client = createChatClient({
    url,
    userId,
    fetchToken: () => fetchToken(userId),
    storage: sessionStorage,
    onChange: showSoon,
    onNotice: notify,
  });
  const head = createSideHead({ client, role, person });
  const inbox = createInbox({ client, settings, onOpen: (chatId) => open(chatId, { andFocus: true }) });
  const conversation = createConversation({
    client,
    settings,
    isWatched: () => isWatched() && element.offsetParent !== null && document.visibilityState === "visible",
    onBack: () => {
      open(null);
      inbox.focus();
    },
  });
  const welcome = createWelcome({ client, role, person, onApprove });
  const notice = el("p", { class: "notice", role: "alert", hidden: true });
  const element = el(
    "section",
    {
      class: `side side-${role}`,
      id: `side-${role}`,
      "aria-label": `${role === "owner" ? "Owner" : "Seeker"}: ${person.name}`,
    },
    head.element,
    head.banner,
    notice,
    el("div", { class: "side-body" }, inbox.element, conversation.element, welcome.element),
  );
  element.addEventListener("pointerdown", onWatch);
  element.addEventListener("focusin", onWatch);
  document.addEventListener("visibilitychange", showSoon);
  show();

  return {
    role,
    userId,
    person,
    element,
    client,
    show,
    open,
    /** The data of the phone's tab. */
    face: () => avatar(person.name, role),
    close(): void {
      document.removeEventListener("visibilitychange", showSoon);
      clearTimeout(noticeTimer);
      client.close();
      element.remove();
    },
  };

  function open(chatId: string | null, { andFocus = false } = {}): void {
    client.open(chatId);
    show();
    if (andFocus) conversation.focus();
  }

  function show(): void {
    openLatest();
    head.show();
    inbox.show();
    conversation.show();
    welcome.show();
    element.classList.toggle("has-open-chat", client.openChatId !== null);
  }

  /** If there is room for it, the latest chat is open at the start; the very first chat opens when it arrives. */
  function openLatest(): void {
    const latest = client.cards.list()[0];
    if (!isFirstLook || !client.isLoaded || !latest) return;
    isFirstLook = false;
    if (client.openChatId === null && element.clientWidth >= bothFromPx) client.open(latest.id);
  }

  /** Several changes in one turn are rendered once. */
  function showSoon(): void {
    if (isWaitingToShow) return;
    isWaitingToShow = true;
    setTimeout(() => {
      isWaitingToShow = false;
      show();
      onChange();
    });
  }

  function notify(text: string): void {
    setText(notice, text);
    notice.hidden = false;
    clearTimeout(noticeTimer);
    noticeTimer = setTimeout(() => {
      notice.hidden = true;
    }, noticeMs);
  }
}

export type Side = ReturnType<typeof createSide>;
