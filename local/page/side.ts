import type { Chat, Message } from "../../client/src/chat-client.ts";
import { createDrafts } from "./composer/drafts.ts";
import { isMuted } from "./conversation/chat-menu.ts";
import { Conversation } from "./conversation/conversation.ts";
import { createInbox } from "./inbox/inbox.ts";
import { createSideHead } from "./inbox/side-head.ts";
import { createSideMenu } from "./inbox/side-menu.ts";
import { createWelcome } from "./inbox/welcome.ts";
import { createAnnouncer } from "./kit/announcer.ts";
import { el } from "./kit/dom.ts";
import { firstName } from "./kit/format.ts";
import { createMenu } from "./kit/menu.ts";
import { createNotice } from "./kit/notice.ts";
import { createNotifications } from "./kit/notifications.ts";
import { fetchToken, type Settings } from "./kit/settings.ts";
import { isNote, lineOf } from "./message/note.ts";
import { PageClient } from "./page-client.ts";
import { words } from "./words/words.ts";

export type SideRole = "owner" | "seeker";

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
  /** The person signed out, and wants to sign in again. */
  onSignIn: () => void;
};

/** One person's whole chat client on the page: inbox, conversation, and a separate connection. */
export function createSide(options: Options) {
  const { userId, settings, isWatched, onWatch, onChange } = options;
  const notice = createNotice();
  const announcer = createAnnouncer();
  const notifications = createNotifications(userId, (chatId) => {
    onWatch();
    open(chatId);
  });
  const showSoon = onceATurn(() => {
    view.show();
    onChange();
  });
  const client = connect(options, { onChange: showSoon, onNotice: notice.show, onMessage });
  const parts = [notice.element, announcer.element];
  const view = createView({ ...options, client, notifications, parts, onOpen: open });
  let left: string | null = null;
  view.element.addEventListener("pointerdown", onWatch);
  view.element.addEventListener("focusin", onWatch);
  const forget = onLook(showSoon);
  view.show();

  return {
    userId,
    person: settings.person(userId),
    element: view.element,
    client,
    open,
    show: view.show,
    /** By Back or Forward, which take the focus away. */
    goTo(chatId: string | null): void {
      open(chatId);
      focusLeft();
    },
    close(): void {
      forget();
      notice.close();
      client.close();
      view.element.remove();
    },
  };

  function onMessage(chat: Chat, message: Message): void {
    tell(chat, message, { client, settings, announcer, notifications, isWatched, isLooking: view.isWatched });
  }

  function open(chatId: string | null): void {
    if (chatId === client.openChatId) return;
    left = client.openChatId;
    client.open(chatId);
    view.show();
    onChange();
    focusLeft();
  }

  /** Where the list takes the conversation's place, the focus goes to the chat's row. */
  function focusLeft(): void {
    if (client.openChatId === null && left !== null) view.onLeft(left);
  }
}

type Heard = Pick<ConstructorParameters<typeof PageClient>[0], "onChange" | "onNotice" | "onMessage">;

const connect = ({ role, userId, settings: { chatUrls } }: Options, heard: Heard): PageClient =>
  new PageClient({
    url: chatUrls[role === "owner" ? 0 : chatUrls.length - 1] ?? "",
    userId,
    getToken: () => fetchToken(userId),
    ...heard,
  });

type TellParts = {
  client: PageClient;
  settings: Settings;
  announcer: ReturnType<typeof createAnnouncer>;
  notifications: ReturnType<typeof createNotifications>;
  isWatched: () => boolean;
  /** Whether the window has the focus as well. */
  isLooking: () => boolean;
};

/** Says that something came: to a screen reader here, and by a notice of the browser while nobody looks. */
function tell(chat: Chat, message: Message, { client, settings, announcer, notifications, ...is }: TellParts): void {
  const name = isNote(message) ? settings.room(chat.bookingId).title : settings.person(client.otherOf(chat)).name;
  const isHere = is.isLooking() && chat.id === client.openChatId;
  const line = lineOf(message);
  if (is.isWatched()) announcer.say(isHere ? `${firstName(name)}: ${line}` : words.newMessageFrom(name));
  if (!isHere && !isMuted(chat)) notifications.show(chat.id, name, line);
}

export type Side = ReturnType<typeof createSide>;

type ViewOptions = Options & {
  client: PageClient;
  notifications: ReturnType<typeof createNotifications>;
  parts: readonly HTMLElement[];
  onOpen: (chatId: string | null) => void;
};

/** What a side shows of its client. */
function createView({ client, role, settings, notifications, parts, onOpen, ...on }: ViewOptions) {
  const person = settings.person(client.userId);
  const drafts = createDrafts(client.userId);
  const menu = createMenu();
  const sideMenu = createSideMenu({ client, menu, drafts, notifications, name: person.name });
  const head = createSideHead({ client, role, person, onMenu: (button) => sideMenu.open(button) });
  const inbox = createInbox({ client, settings, drafts, onOpen: openFromList });
  const conversation = new Conversation({ client, settings, menu, drafts, isWatched, onBack: () => onOpen(null) });
  const welcome = createWelcome({ client, role, person, onApprove: on.onApprove, onSignIn: on.onSignIn });
  const element = el(
    "section",
    { class: `side side-${role}`, id: `side-${role}`, "aria-label": words.side(role, person.name) },
    head.element,
    head.banner,
    ...parts,
    el("div", { class: "side-body" }, inbox.element, conversation.element, welcome.element),
    menu.element,
    sideMenu.dialog,
  );
  return { element, show, isWatched, onLeft };

  /** Only then is something read: the window has the focus, and this side is the one that the person looks at. */
  function isWatched(): boolean {
    const isSeen = document.visibilityState === "visible" && document.hasFocus();
    return on.isWatched() && isSeen && element.offsetParent !== null;
  }

  function openFromList(chatId: string): void {
    onOpen(chatId);
    conversation.focus();
  }

  function onLeft(chatId: string): void {
    const focused = document.activeElement;
    if (on.isWatched() && (focused === document.body || element.contains(focused))) inbox.focusRow(chatId);
  }

  function show(): void {
    const { isSignedOut } = sideMenu;
    head.show(isSignedOut);
    inbox.show();
    conversation.show();
    welcome.show(isSignedOut);
    element.classList.toggle("has-open-chat", client.openChatId !== null);
    element.classList.toggle("signed-out", isSignedOut);
  }
}

/** Calls back when the person turns to the window, or away. @returns what ends it */
function onLook(act: () => void): () => void {
  document.addEventListener("visibilitychange", act);
  for (const name of ["focus", "blur"]) window.addEventListener(name, act);
  return () => {
    document.removeEventListener("visibilitychange", act);
    for (const name of ["focus", "blur"]) window.removeEventListener(name, act);
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
