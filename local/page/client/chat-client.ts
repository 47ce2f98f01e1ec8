import type { Chat, Receipt } from "../../../src/chat/cards/card.ts";
import type { Message } from "../../../src/chat/log/entry.ts";
import type { ChatStatus } from "../../../src/chat/status.ts";
import type { Presence } from "../../../src/contract/socket-events.ts";
import { createCatchUp } from "./catch-up.ts";
import { createChatCards } from "./chat-cards.ts";
import { type ConnectionState, createConnection } from "./connection.ts";
import { createMessageLog, type MessageLog } from "./message-log.ts";
import { createOutbox, type NewMessage, type PendingMessage } from "./outbox.ts";
import { createReceipts } from "./receipts.ts";
import { createRest } from "./rest.ts";
import { createOthersTyping, createOwnTyping } from "./typing.ts";

const againMs = 2_000;

/**
 * One person's whole chat client, without a view: it stores entries by seq, fills holes, catches up after every
 * reconnect and `resync`, and repeats sends until they are acknowledged. `onChange` is called when anything that a view
 * may show has changed.
 */
export function createChatClient({
  url,
  userId,
  fetchToken,
  storage,
  onChange,
  onNotice,
}: {
  url: string;
  userId: string;
  fetchToken: () => Promise<string>;
  storage: Storage;
  onChange: () => void;
  /** Reports that an action of the person failed, and why. */
  onNotice: (text: string) => void;
}) {
  const cards = createChatCards(userId);
  const logs = new Map<string, MessageLog>();
  const presence = new Map<string, Presence>();
  const loadingOlder = new Set<string>();
  let openChatId: string | null = null;
  let isLoaded = false;
  let isClosed = false;

  const connection = createConnection({ url, fetchToken, onState });
  const { socket, request } = connection;
  const rest = createRest({ url, fetchToken });
  const catchUp = createCatchUp({
    request,
    logOf,
    isBehind,
    isWanted: (chatId) => chatId === openChatId && connection.state === "online",
    onPage: ({ chat }) => {
      putChat(chat);
      markDelivered(chat.id, logOf(chat.id).upTo);
    },
  });
  const receipts = createReceipts({ request, onMark: (kind, receipt) => putMark(kind, receipt) });
  const othersTyping = createOthersTyping(onChange);
  const ownTyping = createOwnTyping((chatId, isTyping) => void request("typing", { chatId, isTyping }));
  const outbox = createOutbox({
    storage,
    storageKey: `outbox:${userId}`,
    isOnline: () => connection.state === "online",
    send: (message) => request("send_message", payloadOf(message)),
    onSent: hear,
    onChange,
  });

  socket.on("receive_message", hear);
  socket.on("chat_created", putChat);
  socket.on("chat_updated", putChat);
  socket.on("messages_read", (receipt) => putMark("read", receipt));
  socket.on("messages_delivered", (receipt) => putMark("delivered", receipt));
  socket.on("resync", () => void catchUpAll());
  socket.on("presence", (news) => {
    presence.set(news.userId, news);
    onChange();
  });
  socket.on("user_typing", (news) => {
    if (news.userId === userId) return;
    if (news.isTyping) othersTyping.begin(news.chatId);
    else othersTyping.end(news.chatId);
  });

  return {
    userId,
    cards,
    outbox,
    ownTyping,
    get connectionState(): ConnectionState {
      return connection.state;
    },
    /** Whether the list of chats has been loaded. */
    get isLoaded(): boolean {
      return isLoaded;
    },
    get openChatId(): string | null {
      return openChatId;
    },
    goOffline: () => connection.goOffline(),
    goOnline: () => connection.goOnline(),
    otherOf: (chat: Chat): string => (chat.ownerId === userId ? chat.seekerId : chat.ownerId),
    presenceOf: (otherId: string): Presence | undefined => presence.get(otherId),
    isOtherTyping: (chatId: string): boolean => othersTyping.has(chatId),
    log: logOf,
    unread: (): number => cards.list().reduce((sum, chat) => sum + chat.unreadCount, 0),
    /** Opens one chat live, or none. The previous one is left; its card still shows new messages. */
    open(chatId: string | null): void {
      if (chatId === openChatId) return;
      ownTyping.stop();
      if (openChatId !== null) void request("leave_chat", { chatId: openChatId });
      openChatId = chatId;
      if (chatId !== null) void catchUp.now(chatId);
      onChange();
    },
    /** Call this while the person sees the newest message of the open chat. */
    seen(): void {
      if (openChatId === null || connection.state !== "online") return;
      const { upTo } = logOf(openChatId);
      if (upTo > (cards.get(openChatId)?.read[userId]?.seq ?? 0)) receipts.mark("read", openChatId, upTo);
    },
    send(message: NewMessage): void {
      ownTyping.sent();
      if (openChatId !== null) outbox.add(openChatId, message);
    },
    async loadOlder(chatId: string): Promise<void> {
      const log = logOf(chatId);
      if (!log.started || log.from <= 1 || loadingOlder.has(chatId)) return;
      loadingOlder.add(chatId);
      const page = await rest.older(chatId, log.from).catch(() => null);
      loadingOlder.delete(chatId);
      if (page) log.addOlder(page.messages);
      onChange();
    },
    async setStatus(chatId: string, status: ChatStatus): Promise<void> {
      if (connection.state === "paused") return onNotice("You are offline. Go online to change this.");
      try {
        putChat(await rest.setStatus(chatId, status));
      } catch (error) {
        onNotice(error instanceof Error ? error.message : "That did not work.");
        onChange();
      }
    },
    close(): void {
      isClosed = true;
      catchUp.close();
      ownTyping.stop();
      othersTyping.endAll();
      receipts.close();
      outbox.close();
      connection.close();
    },
  };

  function logOf(chatId: string): MessageLog {
    const log = logs.get(chatId) ?? createMessageLog();
    logs.set(chatId, log);
    return log;
  }

  function onState(state: ConnectionState): void {
    if (state === "online") {
      outbox.flush();
      void catchUpAll();
    } else {
      othersTyping.endAll();
      presence.clear();
    }
    onChange();
  }

  /** After a reconnect or a `resync`: events may have been missed. */
  async function catchUpAll(): Promise<void> {
    const open = openChatId === null ? null : catchUp.now(openChatId);
    const chats = await rest.chats(userId).catch(() => null);
    if (chats) {
      isLoaded = true;
      chats.forEach(putChat);
    } else if (!isClosed && connection.state === "online") {
      setTimeout(() => void catchUpAll(), againMs);
    }
    await open;
    onChange();
  }

  function putChat(chat: Chat): void {
    cards.put(chat);
    const { lastMessage } = chat;
    if (lastMessage && lastMessage.senderId !== userId) markDelivered(chat.id, chat.lastSeq);
    if (chat.status !== "active") othersTyping.end(chat.id);
    if (chat.id === openChatId && isBehind(chat.id)) catchUp.soon(chat.id);
    onChange();
  }

  function hear(message: Message): void {
    const log = logOf(message.chatId);
    log.add(message);
    if (message.senderId !== userId) {
      markDelivered(message.chatId, log.upTo);
      othersTyping.end(message.chatId);
    }
    if (log.hasHole) catchUp.soon(message.chatId);
    onChange();
  }

  function markDelivered(chatId: string, seq: number): void {
    if (seq > (cards.get(chatId)?.delivered[userId]?.seq ?? 0)) receipts.mark("delivered", chatId, seq);
  }

  function putMark(kind: "read" | "delivered", { chatId, userId: markedBy, seq, at }: Receipt): void {
    if (cards.mark(kind, chatId, markedBy, { seq, at })) onChange();
  }

  function isBehind(chatId: string): boolean {
    const log = logOf(chatId);
    return log.hasHole || (cards.get(chatId)?.lastSeq ?? 0) > log.upTo;
  }
}

export type ChatClient = ReturnType<typeof createChatClient>;

function payloadOf(message: PendingMessage) {
  const { chatId, clientMessageId, content } = message;
  if (message.type === "text") return { chatId, clientMessageId, content, type: message.type };
  return { chatId, clientMessageId, content, type: message.type, attachment: message.attachment };
}
