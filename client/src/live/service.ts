import type { LiveChat } from "../chat/live-chat.ts";
import { createLink, type Link } from "../connection/link.ts";
import { createDraftSharing } from "./drafts.ts";
import { createEvents } from "./events.ts";
import { createInbox } from "./inbox.ts";
import type { Local } from "./local.ts";
import { createMarks } from "./marks.ts";
import { createStatus, type Status } from "./status.ts";

type Chats = ReadonlyMap<string, LiveChat>;

/** What is done with every chat. `chats`: those that were asked for since the service is talked to. */
const everyChat = ({ handles, stores }: Local, chats: Chats, chat: (id: string) => LiveChat) => ({
  /** A chat that somebody has asked for. */
  known: (chatId: string): LiveChat | undefined => (handles.has(chatId) ? chat(chatId) : undefined),
  send: (): void => handles.forEach((_, chatId) => chat(chatId).sender.run()),
  catchUp: (): void => chats.forEach(({ pages }) => pages.isShown() && pages.catchUp()),
  isBehind: (): boolean => [...chats.values()].some(({ pages }) => pages.isBehind()),
  nobodyTypes: (): void => chats.forEach(({ setOtherTyping }) => setOtherTyping(false)),
  /** Any view may show something else. */
  changed: (): void => {
    stores.diagnostics.changed();
    handles.forEach(({ view }) => view.changed());
  },
});

type InboxParts = Pick<Local, "userId" | "handles" | "stores"> &
  Omit<Status, "become"> &
  Link & { known: (chatId: string) => LiveChat | undefined };

const createInboxAndMarks = (parts: InboxParts) => {
  const { userId, rest, request, isOpen, isLeading, handles, known, stores, caughtUp, failed } = parts;
  const inbox = createInbox({
    userId,
    rest,
    isOpen,
    onChange: stores.inbox.changed,
    onCard: ({ id, lastMessage, lastSeq }) => {
      if (lastMessage && lastMessage.senderId !== userId) marks.want("delivered", id, lastSeq);
      known(id)?.cardChanged();
    },
    onLoaded: caughtUp,
    onFailure: failed,
  });
  const isShown = (chatId: string): boolean => !!handles.get(chatId)?.isShown();
  const onMark = (chatId: string): void => handles.get(chatId)?.view.changed();
  const marks = createMarks({ userId, request, isOpen, isLeading, isShown, inbox, onMark });
  return { inbox, marks };
};

/** The connection, and what goes over it beside the chats' own. */
export const createService = (local: Local, chats: Chats, chat: (id: string) => LiveChat) => {
  const { userId, bus } = local;
  const every = everyChat(local, chats, chat);
  const { known, changed: onChange } = every;
  const flush = (): void => {
    every.send();
    marks.flush();
  };
  const status = createStatus({
    setConnection: local.become,
    onState: (isUp) => {
      if (isUp) flush();
      else {
        events.presences.clear();
        every.nobodyTypes();
      }
      onChange();
    },
    catchUp: () => {
      inbox.load();
      every.catchUp();
    },
    isBehind: () => inbox.isBehind() || every.isBehind(),
  });
  const { isOpen, become: onState, catchUp } = status;
  const link = createLink({
    ...local,
    isOpen,
    onState,
    onLeading: () => void drafts.restore(),
    onLeader: () => drafts.introduce(),
    onNewTab: (tab) => {
      events.repeat(tab);
      drafts.introduce(tab);
    },
    onWake: () => marks.flush(),
    onAwake: catchUp,
  });
  const { isLeading } = link;
  const drafts = createDraftSharing({ ...local, isLeading, onRestored: flush });
  const { inbox, marks } = createInboxAndMarks({ ...local, ...status, ...link, known });
  const events = createEvents({
    userId,
    bus,
    known,
    putCard: inbox.put,
    marked: marks.marked,
    onResync: catchUp,
    onChange,
  });
  local.notes["event"] = events.heard;
  return { status, link, inbox, marks, events, drafts };
};
