import type { LiveChat } from "../chat/live-chat.ts";
import type { Bus } from "../connection/bus.ts";
import type { Chat, Receipt, Rules, ServerEvents } from "../wire.ts";
import type { MarkKind } from "./marks.ts";

type Parts = {
  userId: string;
  bus: Bus;
  /** A chat that somebody has asked for. */
  known: (chatId: string) => LiveChat | undefined;
  putCard: (chat: Chat) => void;
  marked: (kind: MarkKind, receipt: Receipt) => void;
  onResync: () => void;
  /** Something that any chat may show has changed. */
  onChange: () => void;
};

/** `offsetMs`: the service's clock minus this one's. */
type Welcome = ServerEvents["welcome"] & { offsetMs: number };
type Heard = { [E in keyof ServerEvents]?: (payload: ServerEvents[E]) => unknown };

/** What the service says, whichever tab hears it. */
export const createEvents = ({ userId, bus, known, putCard, marked, onResync, onChange }: Parts) => {
  let welcome: Welcome | undefined;
  /** The newest one of each person. */
  const presences = new Map<string, ServerEvents["presence"]>();
  const heard: Heard = {
    welcome: (payload) => {
      // Another tab has measured it when it came.
      welcome = { offsetMs: Date.parse(payload.serverTime) - Date.now(), ...payload };
      onChange();
    },
    receive_message: (message) => known(message.chatId)?.heard(message),
    message_changed: (message) => known(message.chatId)?.changed(message),
    messages_read: (receipt) => marked("read", receipt),
    messages_delivered: (receipt) => marked("delivered", receipt),
    user_typing: ({ chatId, userId: of, isTyping }) => of !== userId && known(chatId)?.setOtherTyping(isTyping),
    chat_created: putCard,
    chat_updated: putCard,
    presence: (presence) => {
      presences.set(presence.userId, presence);
      onChange();
    },
    resync: onResync,
  };
  return {
    heard: ([event, payload]: [keyof ServerEvents, never]) => heard[event]?.(payload),
    presences,
    rules: (): Rules | null => welcome?.rules ?? null,
    offsetMs: (): number => welcome?.offsetMs ?? 0,
    /** To a tab that came later. */
    repeat: (to: string): void => {
      if (welcome) bus.post("event", ["welcome", welcome], to);
      for (const presence of presences.values()) bus.post("event", ["presence", presence], to);
    },
  };
};
