import type { Chat } from "../../../src/chat/cards/card.ts";
import type { ChatStatus } from "../../../src/chat/status.ts";
import type { Presence } from "../../../src/contract/server-events.ts";
import { createCatchUp } from "./catch-up.ts";
import { type ConnectionState, createConnection } from "./connection.ts";
import { createUploads } from "./files/uploads.ts";
import { createHeard, hear } from "./heard.ts";
import type { MessageLog } from "./message-log.ts";
import { createOutbox } from "./outbox.ts";
import type { NewMessage, PendingMessage } from "./pending-messages.ts";
import { createReceipts } from "./receipts.ts";
import { createRest } from "./rest.ts";
import { createOwnTyping } from "./typing.ts";

const againMs = 2_000;

type Options = {
  url: string;
  userId: string;
  fetchToken: () => Promise<string>;
  storage: Storage;
  /** Called after anything a view may show has changed. */
  onChange: () => void;
  /** Reports that an action of the person failed, and why. */
  onNotice: (text: string) => void;
};

/**
 * One person's whole chat client, without a view: it stores entries by seq, fills holes, catches up after every
 * reconnect and `resync`, and repeats sends until they are acknowledged.
 */
export class ChatClient {
  readonly userId: string;
  readonly ownTyping;
  readonly outbox;
  readonly #options: Options;
  readonly #connection;
  readonly #rest;
  readonly #uploads;
  readonly #heard;
  readonly #receipts;
  readonly #catchUp;
  readonly #loadingOlder = new Set<string>();
  #openChatId: string | null = null;
  #isLoaded = false;
  #isClosed = false;

  constructor(options: Options) {
    const { url, userId, fetchToken, storage, onChange } = options;
    this.userId = userId;
    this.#options = options;
    this.#connection = createConnection({ url, fetchToken, onState: (state) => this.#onState(state) });
    const { socket, request } = this.#connection;
    const isOnline = (): boolean => this.#connection.state === "online";
    this.#rest = createRest({ url, fetchToken });
    this.#uploads = createUploads(this.#rest);
    const receipts = createReceipts({ request, onMark: (kind, receipt) => heard.mark(kind, receipt) });
    const heard = createHeard({
      userId,
      onDelivered: (chatId, seq) => receipts.mark("delivered", chatId, seq),
      onMissing: (chatId) => {
        if (chatId === this.#openChatId) this.#catchUp.soon(chatId);
      },
      onChange,
    });
    this.#receipts = receipts;
    this.#heard = heard;
    this.#catchUp = createCatchUp({
      request,
      logOf: heard.logOf,
      isBehind: heard.isMissing,
      isWanted: (chatId) => chatId === this.#openChatId && isOnline(),
      onPage: ({ chat }) => {
        heard.chat(chat);
        heard.markDelivered(chat.id, heard.logOf(chat.id).upTo);
      },
    });
    this.ownTyping = createOwnTyping((chatId, isTyping) => void request("typing", { chatId, isTyping }));
    this.outbox = createOutbox({
      storage,
      storageKey: `outbox:${userId}`,
      isOnline,
      send: (message) => request("send_message", payloadOf(message)),
      onSent: (message) => heard.message(message),
      onChange,
    });
    hear(socket, heard, userId);
    socket.on("resync", () => void this.#catchUpAll());
  }

  get cards() {
    return this.#heard.cards;
  }

  get connectionState(): ConnectionState {
    return this.#connection.state;
  }

  /** Whether the list of chats has been loaded. */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  get openChatId(): string | null {
    return this.#openChatId;
  }

  goOffline(): void {
    this.#connection.goOffline();
  }

  goOnline(): void {
    this.#connection.goOnline();
  }

  otherOf(chat: Chat): string {
    return chat.ownerId === this.userId ? chat.seekerId : chat.ownerId;
  }

  presenceOf(otherId: string): Presence | undefined {
    return this.#heard.presenceOf(otherId);
  }

  isOtherTyping(chatId: string): boolean {
    return this.#heard.othersTyping.has(chatId);
  }

  log(chatId: string): MessageLog {
    return this.#heard.logOf(chatId);
  }

  unread(): number {
    return this.cards.list().reduce((sum, chat) => sum + chat.unreadCount, 0);
  }

  /** Opens one chat live, or none. The previous one is left; its card still shows new messages. */
  open(chatId: string | null): void {
    if (chatId === this.#openChatId) return;
    this.ownTyping.stop();
    if (this.#openChatId !== null) void this.#connection.request("leave_chat", { chatId: this.#openChatId });
    this.#openChatId = chatId;
    if (chatId !== null) void this.#catchUp.now(chatId);
    this.#options.onChange();
  }

  /** Call this while the person sees the newest message of the open chat. */
  seen(): void {
    const chatId = this.#openChatId;
    if (chatId === null || this.connectionState !== "online") return;
    const { upTo } = this.log(chatId);
    if (upTo > (this.cards.get(chatId)?.read[this.userId]?.seq ?? 0)) this.#receipts.mark("read", chatId, upTo);
  }

  send(message: NewMessage): void {
    this.ownTyping.sent();
    if (this.#openChatId !== null) this.outbox.add(this.#openChatId, message);
  }

  /** Uploads a file into the open chat, then sends it with a caption. */
  async sendFile(file: File, content: string): Promise<void> {
    const chatId = this.#openChatId;
    if (chatId === null) return;
    try {
      this.outbox.add(chatId, { content, ...(await this.#uploads.upload(chatId, file)) });
    } catch (error) {
      this.#options.onNotice(`${file.name} was not sent. ${error instanceof Error ? error.message : ""}`);
    }
  }

  /** An address from which an uploaded file of the open chat can be read now. */
  async addressOf(id: string): Promise<string> {
    if (this.#openChatId === null) throw new Error("No chat is open.");
    return this.#uploads.addressOf(this.#openChatId, id);
  }

  async loadOlder(chatId: string): Promise<void> {
    const log = this.log(chatId);
    if (!log.started || log.from <= 1 || this.#loadingOlder.has(chatId)) return;
    this.#loadingOlder.add(chatId);
    const page = await this.#rest.older(chatId, log.from).catch(() => null);
    this.#loadingOlder.delete(chatId);
    if (page) log.addOlder(page.messages);
    this.#options.onChange();
  }

  async setStatus(chatId: string, status: ChatStatus): Promise<void> {
    const { onNotice, onChange } = this.#options;
    if (this.connectionState === "paused") return onNotice("You are offline. Go online to change this.");
    try {
      this.#heard.chat(await this.#rest.setStatus(chatId, status));
    } catch (error) {
      onNotice(error instanceof Error ? error.message : "That did not work.");
      onChange();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#catchUp.close();
    this.ownTyping.stop();
    this.#heard.othersTyping.endAll();
    this.#receipts.close();
    this.outbox.close();
    this.#connection.close();
  }

  #onState(state: ConnectionState): void {
    if (state === "online") {
      this.outbox.flush();
      void this.#catchUpAll();
    } else {
      this.#heard.forgetOthers();
    }
    this.#options.onChange();
  }

  /** After a reconnect or a `resync`: events may have been missed. */
  async #catchUpAll(): Promise<void> {
    const open = this.#openChatId === null ? null : this.#catchUp.now(this.#openChatId);
    const chats = await this.#rest.chats(this.userId).catch(() => null);
    if (chats) {
      this.#isLoaded = true;
      for (const chat of chats) this.#heard.chat(chat);
    } else if (!this.#isClosed && this.connectionState === "online") {
      setTimeout(() => void this.#catchUpAll(), againMs);
    }
    await open;
    this.#options.onChange();
  }
}

function payloadOf(message: PendingMessage) {
  const { chatId, clientMessageId, content } = message;
  if (message.type === "text") return { chatId, clientMessageId, content, type: message.type };
  return { chatId, clientMessageId, content, type: message.type, attachment: message.attachment };
}
