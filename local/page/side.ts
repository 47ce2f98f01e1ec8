import { createConversation } from "./conversation/conversation.ts";
import { avatar } from "./inbox/avatar.ts";
import { createInbox } from "./inbox/inbox.ts";
import { createSideHead } from "./inbox/side-head.ts";
import { createWelcome } from "./inbox/welcome.ts";
import { el, setText } from "./kit/dom.ts";
import { fetchToken, type Settings } from "./kit/settings.ts";
import { PageClient } from "./page-client.ts";

export type SideRole = "owner" | "seeker";

const noticeMs = 8_000;
/** As in side.css: from this width on the list and the conversation are side by side. */
const bothFromPx = 560;

type Options = {
  role: SideRole;
  userId: string;
  settings: Settings;
  /** Whether the person looks at this side now. */
  isWatched: () => boolean;
  /** Called when the person switched to this side. */
  onWatch: () => void;
  onChange: () => void;
  onApprove: () => void;
};

/** One person's whole chat client on the page: inbox, conversation, and a separate connection. */
export function createSide({ role, userId, settings, isWatched, onWatch, onChange, onApprove }: Options) {
  const person = settings.person(userId);
  const notice = createNotice();
  const showSoon = onceATurn(() => {
    show();
    onChange();
  });
  let isFirstLook = true;

  const client = new PageClient({
    url: settings.chatUrls[role === "owner" ? 0 : settings.chatUrls.length - 1] ?? "",
    userId,
    getToken: () => fetchToken(userId),
    onChange: showSoon,
    onNotice: notice.show,
  });
  const view = createView({ client, role, settings, notice: notice.element, isWatched, onOpen: open, onApprove });
  const { element } = view;
  element.addEventListener("pointerdown", onWatch);
  element.addEventListener("focusin", onWatch);
  document.addEventListener("visibilitychange", showSoon);
  show();

  return {
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
      notice.close();
      client.close();
      element.remove();
    },
  };

  function open(chatId: string | null): void {
    client.open(chatId);
    show();
  }

  function show(): void {
    openLatest();
    view.show();
  }

  /** If there is room for it, the latest chat is open at the start; the very first chat opens when it arrives. */
  function openLatest(): void {
    const latest = client.chats()[0];
    if (!isFirstLook || !client.isLoaded || !latest) return;
    isFirstLook = false;
    if (client.openChatId === null && element.clientWidth >= bothFromPx) client.open(latest.id);
  }
}

export type Side = ReturnType<typeof createSide>;

type ViewOptions = Pick<Options, "role" | "settings" | "isWatched" | "onApprove"> & {
  client: PageClient;
  notice: HTMLElement;
  onOpen: (chatId: string | null) => void;
};

/** What a side shows of its client. */
function createView({ client, role, settings, notice, isWatched, onOpen, onApprove }: ViewOptions) {
  const person = settings.person(client.userId);
  const head = createSideHead({ client, role, person });
  const inbox = createInbox({
    client,
    settings,
    onOpen: (chatId) => {
      onOpen(chatId);
      conversation.focus();
    },
  });
  const conversation = createConversation({
    client,
    settings,
    isWatched: () => isWatched() && element.offsetParent !== null && document.visibilityState === "visible",
    onBack: () => {
      onOpen(null);
      inbox.focus();
    },
  });
  const welcome = createWelcome({ client, role, person, onApprove });
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
  return {
    element,
    show(): void {
      head.show();
      inbox.show();
      conversation.show();
      welcome.show();
      element.classList.toggle("has-open-chat", client.openChatId !== null);
    },
  };
}

/** Does the work once after the present turn, however often it is requested: several changes are rendered once. */
function onceATurn(work: () => void): () => void {
  let isWaiting = false;
  return () => {
    if (isWaiting) return;
    isWaiting = true;
    setTimeout(() => {
      isWaiting = false;
      work();
    });
  };
}

/** A line that says why something did not happen, and goes away by itself. */
function createNotice() {
  const element = el("p", { class: "notice", role: "alert", hidden: true });
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    element,
    show: (text: string): void => {
      setText(element, text);
      element.hidden = false;
      clearTimeout(timer);
      timer = setTimeout(() => {
        element.hidden = true;
      }, noticeMs);
    },
    close: (): void => clearTimeout(timer),
  };
}
