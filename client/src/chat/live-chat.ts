import { createSender, type Sender } from "../outbox/sender.ts";
import type { Message } from "../wire.ts";
import { createActs } from "./acts.ts";
import type { Core } from "./core.ts";
import type { Handle, LiveHandle } from "./handle.ts";
import type { Log } from "./log.ts";
import { createPages, keptEntries, type Pages } from "./pages.ts";
import { createOtherTyping, createOwnTyping } from "./typing.ts";
import { createView } from "./view.ts";

/** A chat as far as it needs the service. */
export type LiveChat = LiveHandle & {
  pages: Pages;
  sender: Sender;
  cardChanged: () => void;
  /** Whether the other person types. */
  setOtherTyping: (isTyping: boolean) => void;
  heard: (message: Message) => void;
  /** A message as it is now. */
  changed: (message: Message) => void;
  close: () => void;
  forget: () => void;
};

const keep = (message: Message, log: Log, isShown: boolean): void => {
  // Of a chat that was never opened, what this person sends is shown.
  if (log.from() || isShown) log.add(message);
  else log.start([message]);
  if (!isShown && log.upTo() - log.from() > keptEntries * 2) log.trim(keptEntries);
};

/** One chat: its log as far as it is here, and what its person does in it. */
export const createLiveChat = (chatId: string, { outbox, view }: Handle, core: Core): LiveChat => {
  const { userId, request } = core;
  const onChange = view.changed;
  const onEntries = (messages: readonly Message[]): void => {
    messages.forEach(outbox.heard);
    if (messages.some(({ senderId }) => senderId !== userId)) core.want("delivered", chatId, pages.log.upTo());
    onChange();
  };
  const pages = createPages(chatId, core, { onChange, onEntries });
  const sender = createSender(outbox, core);
  const own = createOwnTyping((isTyping) => void request("typing", { chatId, isTyping }).catch(() => {}));
  const other = createOtherTyping(onChange);
  const changed = (message: Message): void => {
    pages.log.change(message);
    onChange();
  };
  return {
    ...createActs(chatId, core, changed),
    pages,
    sender,
    see: createView(chatId, core, { pages, outbox, isTyping: other.get, onChange }),
    loadOlder: pages.loadOlder,
    show: (isShown) => {
      pages.show(isShown);
      onChange();
      // What was marked before it was shown.
      if (isShown) return core.flushMarks();
      own.set(false);
      other.set(false);
      request("leave_chat", { chatId }).catch(() => {});
    },
    sent: own.end,
    markRead: (seq = pages.log.upTo()) =>
      core.want("read", chatId, Math.min(seq, Math.max(pages.log.upTo(), pages.lastSeq()))),
    setTyping: (isTyping) => core.isOpen() && own.set(isTyping),
    cardChanged: () => {
      if (core.card(chatId)?.status !== "active") other.set(false);
      pages.lookForHole();
      onChange();
    },
    setOtherTyping: other.set,
    heard: (message) => {
      if (message.senderId !== userId) other.set(false);
      keep(message, pages.log, pages.isShown());
      onEntries([message]);
      pages.lookForHole();
    },
    changed,
    close: () => {
      pages.stop();
      sender.close();
      own.end();
      other.set(false);
      // Ends its timer.
      view.get();
    },
    forget: pages.forget,
  };
};
