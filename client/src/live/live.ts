// The part of the client that talks to the service. It is loaded when the client connects.

import type { Core } from "../chat/core.ts";
import { createLiveChat, type LiveChat } from "../chat/live-chat.ts";
import type { Diagnostics, Inbox } from "../types.ts";
import type { Rules } from "../wire.ts";
import type { Local } from "./local.ts";
import { createService } from "./service.ts";

export type Live = {
  connect: () => void;
  close: () => void;
  /** Nothing of this person is shown any more. */
  forget: () => void;
  chat: (chatId: string) => LiveChat;
  seeInbox: () => Inbox;
  diagnose: () => Omit<Diagnostics, "storage">;
  rules: () => Rules | null;
  /** The service's time. */
  now: () => number;
  loadMore: () => Promise<void>;
};

export const createLive = (local: Local): Live => {
  const { userId, kept, bus, handles, stores, isClosed, connectOnce } = local;
  const chats = new Map<string, LiveChat>();
  const counts = { holesFilled: 0, resends: 0 };
  const count = (what: keyof typeof counts): void => {
    counts[what] += 1;
    stores.diagnostics.changed();
  };
  const chat = (chatId: string): LiveChat => {
    const known = chats.get(chatId) ?? createLiveChat(chatId, local.chat(chatId), core);
    chats.set(chatId, known);
    return known;
  };
  const { status, link, inbox, marks, events, drafts } = createService(local, chats, chat);
  const { isOpen, caughtUp: onCaughtUp } = status;
  const { rest, request, isLeading } = link;
  const core: Core = {
    userId,
    kept,
    rest,
    request,
    presences: events.presences,
    rules: events.rules,
    card: inbox.card,
    putCard: inbox.put,
    isOpen,
    isClosed,
    isLeading,
    isReady: () => isOpen() && isLeading() && drafts.isRestored(),
    onSent: (message) => bus.post("event", ["receive_message", message]),
    now: () => Date.now() + events.offsetMs(),
    count,
    connectOnce,
    want: marks.want,
    flushMarks: marks.flush,
    onCaughtUp,
  };
  for (const [chatId, handle] of handles) if (handle.isShown()) chat(chatId).show(true);
  return {
    connect: link.connect,
    close: () => {
      link.close();
      inbox.stop();
      marks.close();
      status.become({ state: "closed", since: Date.now() });
      chats.forEach(({ close }) => close());
    },
    forget: () => {
      inbox.clear();
      chats.forEach(({ forget }) => forget());
    },
    chat,
    seeInbox: inbox.see,
    diagnose: () => ({ role: isLeading() ? "leader" : "follower", ...counts, serverTimeOffsetMs: events.offsetMs() }),
    rules: events.rules,
    now: core.now,
    loadMore: inbox.loadMore,
  };
};
