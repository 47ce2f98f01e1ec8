import { createChatClient } from "../../client/src/chat-client.ts";
import type { ChatHandle, ChatView, Connection } from "../../client/src/types.ts";
import type { Chat } from "../../src/contract/chat.ts";

/** As the page says it: `lost` was open, or was refused for now; `paused`: the person went offline with the button. */
export type ConnectionWord = "connecting" | "online" | "lost" | "paused";

const words: Record<Connection["state"], ConnectionWord> = {
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
  /** Reports that an action of the person failed, and why. */
  onNotice: (text: string) => void;
};

/** One person's chats on the page: the client package, and which chat is open. */
export class PageClient {
  readonly userId: string;
  readonly #options: Options;
  readonly #client;
  readonly #watched = new Set<string>();
  #openChatId: string | null = null;
  #release = (): void => {};
  #wasOnline = false;

  constructor(options: Options) {
    const { url, userId, getToken, onChange } = options;
    this.userId = userId;
    this.#options = options;
    this.#client = createChatClient({ url, userId, getToken });
    this.#client.connection.subscribe(onChange);
    this.#client.inbox.subscribe(() => {
      for (const { id } of this.chats()) this.#watch(id);
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

  unread(): number {
    return this.#client.inbox.get().unread;
  }

  get connection(): ConnectionWord {
    const word = words[this.#client.connection.get().state];
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
  loadOlder(chatId: string): void {
    this.chat(chatId)
      .loadOlder()
      .catch(() => {});
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
    if (this.connection === "paused") return onNotice("You are offline. Go online to change this.");
    const headers = { authorization: `Bearer ${await getToken()}`, "content-type": "application/json" };
    const request = { method: "PUT", headers, body: JSON.stringify({ status }), signal: AbortSignal.timeout(10_000) };
    const response = await fetch(`${url}/api/chat/${chatId}/status`, request).catch(() => null);
    const problem: { detail?: string } | null = response?.ok ? null : await response?.json().catch(() => null);
    if (!response?.ok) onNotice(problem?.detail ?? "The chat did not answer.");
    onChange();
  }

  close(): void {
    this.open(null);
    void this.#client.close();
  }

  #watch(chatId: string): void {
    if (this.#watched.has(chatId)) return;
    this.#watched.add(chatId);
    this.chat(chatId).view.subscribe(this.#options.onChange);
  }
}
