import type { Chat, Receipt } from "../../../src/chat/cards/card.ts";
import type { Message } from "../../../src/chat/log/entry.ts";
import type { Presence } from "../../../src/contract/server-events.ts";
import { createChatCards } from "./chat-cards.ts";
import type { ChatSocket } from "./connection.ts";
import { createMessageLog, type MessageLog } from "./message-log.ts";
import { createOthersTyping } from "./typing.ts";

type Options = {
  userId: string;
  /** This device has received all up to here. */
  onDelivered: (chatId: string, seq: number) => void;
  /** Something of this chat's log is missing here. */
  onMissing: (chatId: string) => void;
  onChange: () => void;
};

/** What this device has received: the chats, their logs by seq, the marks, who is online and who types. */
export function createHeard({ userId, onDelivered, onMissing, onChange }: Options) {
  const cards = createChatCards(userId);
  const logOf = createLogs();
  const presence = new Map<string, Presence>();
  const othersTyping = createOthersTyping(onChange);

  return {
    cards,
    othersTyping,
    presenceOf: (otherId: string): Presence | undefined => presence.get(otherId),
    logOf,
    isMissing,
    markDelivered,
    chat(chat: Chat): void {
      cards.put(chat);
      const { lastMessage } = chat;
      if (lastMessage && lastMessage.senderId !== userId) markDelivered(chat.id, chat.lastSeq);
      if (chat.status !== "active") othersTyping.end(chat.id);
      if (isMissing(chat.id)) onMissing(chat.id);
      onChange();
    },
    message(message: Message): void {
      const log = logOf(message.chatId);
      log.add(message);
      if (message.senderId !== userId) {
        markDelivered(message.chatId, log.upTo);
        othersTyping.end(message.chatId);
      }
      if (log.hasHole) onMissing(message.chatId);
      onChange();
    },
    changed(message: Message): void {
      logOf(message.chatId).change(message);
      onChange();
    },
    mark(kind: "read" | "delivered", { chatId, userId: markedBy, seq, at }: Receipt): void {
      if (cards.mark(kind, chatId, markedBy, { seq, at })) onChange();
    },
    presence(news: Presence): void {
      presence.set(news.userId, news);
      onChange();
    },
    /** The connection is lost: it is not known who is online and who types. */
    forgetOthers(): void {
      othersTyping.endAll();
      presence.clear();
    },
  };

  /** Whether the log here has a hole, or ends before the card says. */
  function isMissing(chatId: string): boolean {
    const log = logOf(chatId);
    return log.hasHole || (cards.get(chatId)?.lastSeq ?? 0) > log.upTo;
  }

  function markDelivered(chatId: string, seq: number): void {
    if (seq > (cards.get(chatId)?.delivered[userId]?.seq ?? 0)) onDelivered(chatId, seq);
  }
}
export type Heard = ReturnType<typeof createHeard>;

/** A log for each chat, made when it is first asked for. */
function createLogs(): (chatId: string) => MessageLog {
  const logs = new Map<string, MessageLog>();
  return (chatId) => {
    const log = logs.get(chatId) ?? createMessageLog();
    logs.set(chatId, log);
    return log;
  };
}

/** Passes on what the socket receives, except `resync`. */
export function hear(socket: ChatSocket, heard: Heard, userId: string): void {
  socket.on("receive_message", (message) => heard.message(message));
  socket.on("message_changed", (message) => heard.changed(message));
  socket.on("chat_created", (chat) => heard.chat(chat));
  socket.on("chat_updated", (chat) => heard.chat(chat));
  socket.on("messages_read", (receipt) => heard.mark("read", receipt));
  socket.on("messages_delivered", (receipt) => heard.mark("delivered", receipt));
  socket.on("presence", (news) => heard.presence(news));
  socket.on("user_typing", ({ chatId, userId: typist, isTyping }) => {
    if (typist === userId) return;
    if (isTyping) heard.othersTyping.begin(chatId);
    else heard.othersTyping.end(chatId);
  });
}
