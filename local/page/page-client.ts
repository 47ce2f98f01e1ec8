import { createChatClient } from "../../client/src/chat-client.ts";
import { plain } from "../../client/src/errors.ts";
import type { ChatHandle, ChatView, Connection } from "../../client/src/types.ts";
import type { Chat } from "../../src/contract/chat.ts";
import type { Message } from "../../src/contract/message.ts";
import { refusalOf, words } from "./words/words.ts";

/** As the page says it: `lost` was open, or was refused for now; `paused`: the person went offline with the button. */
export type ConnectionWord = "connecting" | "online" | "lost" | "paused";

const states: Record<Connection["state"], ConnectionWord> = {
  connecting: "connecting",
  catching_up: "online",
  online: "online",
  offline: "lost",
  unauthorized: "lost",
  closed: "paused",
};

type Options = {
  url: string;
  userId: string;
  getToken: () => Promise<string>;
  /** Called after anything a view may show has changed. */
  onChange: () => void;
  /** Reports that an action of the person failed, and why; or, with `isGood`, that it is done. */
  onNotice: (text: string, isGood?: boolean) => void;
  /** The other person of a chat wrote; not called for what was there at the start. */
  onMessage: (chat: Chat, message: Message) => void;
};

/** One person's chats on the page: the client package, and which chat is open. */
export class PageClient {
  readonly userId: string;
  readonly #options: Options;
  readonly #client;
  readonly #watched = new Set<string>();
  #openChatId: string | null = null;
  #release = (): void => {};
  readonly #newest = new Map<string, number>();
  #wasOnline = false;
  #wasLoaded = false;

  constructor(options: Options) {
    const { url, userId, getToken, onChange } = options;
    this.userId = userId;
    this.#options = options;
    this.#client = createChatClient({ url, userId, getToken });
    this.#client.connection.subscribe(onChange);
    this.#client.inbox.subscribe(() => {
      for (const chat of this.chats()) {
        this.#watch(chat.id);
        this.#lookForNew(chat);
      }
      this.#wasLoaded = this.isLoaded;
      onChange();
    });
  }

  /** Newest activity first. */
  chats(): readonly Chat[] {
    return this.#client.inbox.get().chats;
  }

  /** Whether the list of chats has been loaded. */
  get isLoaded(): boolean {
    return this.#client.inbox.get().loaded;
  }

  /** Loads the next page of the list, if there is one. */
  loadMoreChats(): void {
    if (this.#client.inbox.get().hasMore) this.#client.loadMoreChats().catch(() => {});
  }

  unread(): number {
    return this.#client.inbox.get().unread;
  }

  get connection(): ConnectionWord {
    const word = states[this.#client.connection.get().state];
    this.#wasOnline ||= word === "online";
    return word === "connecting" && this.#wasOnline ? "lost" : word;
  }

  get openChatId(): string | null {
    return this.#openChatId;
  }

  /** The chat that is shown; null also while it is not known yet. */
  openChat(): Chat | null {
    return this.#openChatId === null ? null : this.view(this.#openChatId).chat;
  }

  chat(chatId: string): ChatHandle {
    return this.#client.chat(chatId);
  }

  view(chatId: string): ChatView {
    return this.chat(chatId).view.get();
  }

  otherOf(chat: Chat): string {
    return chat.ownerId === this.userId ? chat.seekerId : chat.ownerId;
  }

  /** Opens one chat live, or none. The previous one is left; its card still shows new messages. */
  open(chatId: string | null): void {
    if (chatId === this.#openChatId) return;
    this.#release();
    this.#openChatId = chatId;
    this.#release = chatId === null ? () => {} : this.chat(chatId).open();
    if (chatId !== null) this.#watch(chatId);
    this.#options.onChange();
  }

  /** Without an answer it is asked again when the person scrolls. */
  async loadOlder(chatId: string, count?: number): Promise<void> {
    await this.chat(chatId)
      .loadOlder(count)
      .catch(() => {});
  }

  /** Runs an act of the person, and reports why it failed. @returns whether it did not */
  async act(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (thrown) {
      this.#options.onNotice(refusalOf(plain(thrown)) || words.noAnswer);
      return false;
    }
  }

  failed(text: string): void {
    this.#options.onNotice(text);
  }

  /** Something that the person did is done. */
  done(text: string): void {
    this.#options.onNotice(text, true);
  }

  /** Nothing of this person stays on this device. */
  async signOut(): Promise<void> {
    this.open(null);
    await this.#client.signOut();
  }

  goOffline(): void {
    void this.#client.close();
  }

  goOnline(): void {
    this.#client.connect();
  }

  /** The owner's switch, which the package has not: few frontends need it. */
  async setStatus(chatId: string, status: Chat["status"]): Promise<void> {
    const { url, getToken, onNotice, onChange } = this.#options;
    if (this.connection === "paused") return onNotice(words.offlineNoChange);
    const headers = { authorization: `Bearer ${await getToken()}`, "content-type": "application/json" };
    const request = { method: "PUT", headers, body: JSON.stringify({ status }), signal: AbortSignal.timeout(10_000) };
    const response = await fetch(`${url}/api/chat/${chatId}/status`, request).catch(() => null);
    const problem: { code?: string; detail?: string } | null = response?.ok
      ? null
      : await response?.json().catch(() => null);
    if (!response?.ok) onNotice(refusalOf({ code: problem?.code ?? "", message: problem?.detail ?? words.noAnswer }));
    onChange();
  }

  close(): void {
    this.open(null);
    void this.#client.close();
  }

  #lookForNew(chat: Chat): void {
    const message = chat.lastMessage;
    if (!message || message.seq <= (this.#newest.get(chat.id) ?? 0)) return;
    this.#newest.set(chat.id, message.seq);
    if (this.#wasLoaded && message.senderId !== this.userId) this.#options.onMessage(chat, message);
  }

  #watch(chatId: string): void {
    if (this.#watched.has(chatId)) return;
    this.#watched.add(chatId);
    this.chat(chatId).view.subscribe(this.#options.onChange);
  }
}
