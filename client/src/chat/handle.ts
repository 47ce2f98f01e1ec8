import { itemOf } from "../outbox/draft.ts";
import { createOutbox, type Outbox } from "../outbox/outbox.ts";
import type { QueueParts, Sender } from "../outbox/queue.ts";
import { type ChangingStore, createStore } from "../store.ts";
import type { ChatHandle, ChatView } from "../types.ts";
import { may } from "./may.ts";

/** A chat's handle, and what the client needs of it. */
export type Handle = ChatHandle & { view: ChangingStore<ChatView>; outbox: Outbox; isShown: () => boolean };

/** What a handle leaves to the part that talks to the service. */
export type LiveHandle = Omit<ChatHandle, "view" | "open" | "send" | "retry" | "discard"> & {
  sender: Sender;
  see: (last?: ChatView) => ChatView;
  /** Somebody looks at it, or nobody does any more. */
  show: (isShown: boolean) => void;
  /** This person has sent something. */
  sent: () => void;
};

export type HandleParts = Omit<QueueParts, "sender" | "onChange"> & {
  connectOnce: () => void;
  /** Undefined as long as nothing talks to the service. */
  live: (chatId: string) => LiveHandle | undefined;
  whenLive: (chatId: string) => Promise<LiveHandle>;
  onDrafts: () => void;
};

const emptyView: ChatView = {
  chat: null,
  items: [],
  hasOlder: false,
  completeTo: 0,
  unreadFrom: null,
  otherTyping: false,
  otherOnline: null,
  otherLastSeenAt: null,
  may: { send: may(), upload: may("unavailable") },
};
const ignored = (): void => {};

/** One chat: its drafts, and whether somebody looks at it. All else about it is left to what talks to the service. */
export const createHandle = (chatId: string, parts: HandleParts): Handle => {
  const { connectOnce } = parts;
  const live = (): LiveHandle | undefined => parts.live(chatId);
  const whenLive = (): Promise<LiveHandle> => parts.whenLive(chatId);
  const see = (last?: ChatView): ChatView => live()?.see(last) ?? { ...emptyView, items: outbox.list().map(itemOf) };
  const view = createStore(see, connectOnce);
  const onChange = (): void => {
    view.changed();
    parts.onDrafts();
  };
  const outbox = createOutbox(chatId, { ...parts, onChange, sender: () => live()?.sender });
  let [opens, isShown] = [0, false];
  const look = (): void => {
    if (isShown === opens > 0) return;
    isShown = !isShown;
    live()?.show(isShown);
  };
  return {
    view,
    outbox,
    isShown: () => isShown,
    open: () => {
      connectOnce();
      opens += 1;
      look();
      let release = (): void => {
        release = ignored;
        opens -= 1;
        // A tick later: who unmounts and mounts again in one go leaves nothing.
        setTimeout(look, 0);
      };
      return () => release();
    },
    send: (draft) => {
      connectOnce();
      live()?.sent();
      return outbox.send(draft);
    },
    retry: outbox.retry,
    discard: outbox.discard,
    loadOlder: async (count) => (await whenLive()).loadOlder(count),
    edit: async (...wish) => (await whenLive()).edit(...wish),
    remove: async (seq) => (await whenLive()).remove(seq),
    report: async (...wish) => (await whenLive()).report(...wish),
    mute: async (until) => (await whenLive()).mute(until),
    fileUrl: async (id) => (await whenLive()).fileUrl(id),
    markRead: (seq) => void whenLive().then((chat) => chat.markRead(seq), ignored),
    setTyping: (isTyping) => void whenLive().then((chat) => chat.setTyping(isTyping), ignored),
  };
};
