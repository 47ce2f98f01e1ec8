import { Cards } from "./cards.ts";
import type { Core } from "./chat/core.ts";
import { Handle } from "./chat/handle.ts";
import { type MarkKind, Marks } from "./chat/marks.ts";
import { Hub } from "./connection/hub.ts";
import { createRest, type Rest } from "./connection/rest.ts";
import type { Request, SocketState } from "./connection/socket.ts";
import { Tokens } from "./connection/tokens.ts";
import { isVisible, watchWaking } from "./connection/waking.ts";
import { noAnswer, pauseMs, plain } from "./errors.ts";
import type { PendingDraft } from "./outbox/draft.ts";
import { KeptDrafts } from "./outbox/kept-drafts.ts";
import { Outbox } from "./outbox/outbox.ts";
import { chooseStorage } from "./outbox/storage.ts";
import { ChangingStore } from "./store.ts";
import type { ChatClient, ChatClientOptions, Connection, Diagnostics, Inbox, Unsent } from "./types.ts";
import type { Chat, InboxPage, Receipt, Rules, ServerEvents } from "./wire.ts";

const chatsPerPage = 100;
const fiveMinutesMs = 300_000;

const payloadOf = ({ chatId, clientMessageId, type, content, attachment }: PendingDraft) => {
  const shared = { chatId, content, clientMessageId };
  if (type === "text" || !attachment) return { ...shared, type: "text" as const };
  return { ...shared, type, attachment: "id" in attachment ? { id: attachment.id } : attachment };
};

type Heard = { [E in keyof ServerEvents]?: (payload: ServerEvents[E]) => void };

/** A `ChatClient`, and what its chats need of it. */
export class Client implements ChatClient, Core {
  readonly connection: ChangingStore<Connection>;
  readonly inbox: ChangingStore<Inbox>;
  readonly unsent: ChangingStore<Unsent>;
  readonly diagnostics: ChangingStore<Diagnostics>;
  readonly userId: string;
  readonly rest: Rest;
  readonly cards: Cards;
  readonly outbox: Outbox;
  readonly presences = new Map<string, ServerEvents["presence"]>();
  rules: Rules | null = null;
  isClosed = false;
  readonly #options: ChatClientOptions;
  readonly #url: string;
  readonly #name: string;
  readonly #tokens: Tokens;
  readonly #kept: KeptDrafts;
  readonly #marks: Marks;
  readonly #handles = new Map<string, Handle>();
  readonly #counts = { holesFilled: 0, resends: 0 };
  #hub: Hub | undefined;
  #stopWatching: (() => void) | undefined;
  #state: SocketState = { state: "connecting", since: Date.now() };
  #isCaughtUp = false;
  /** Which catching up is the last one. */
  #epoch = 0;
  #pages = 1;
  #cursor: string | null = null;
  #isLoaded = false;
  #offsetMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waking: Promise<void> | undefined;

  constructor(options: ChatClientOptions) {
    const { connectOnce } = this;
    this.#options = options;
    this.userId = options.userId;
    this.#url = options.url.replace(/\/+$/, "");
    this.#name = `lyvo-chat:${encodeURIComponent(this.userId)}:`;
    this.#tokens = new Tokens(options.getToken);
    this.rest = createRest(this.#url, this.#tokens);
    this.cards = new Cards(this.userId);
    this.connection = new ChangingStore(() => this.#seeConnection(), connectOnce);
    this.inbox = new ChangingStore(() => this.#seeInbox(), connectOnce);
    this.unsent = new ChangingStore(() => this.#seeUnsent(), connectOnce);
    this.diagnostics = new ChangingStore(() => this.#diagnose(), connectOnce);
    this.#kept = new KeptDrafts(chooseStorage(options.storage), this.#name, this.diagnostics.changed);
    this.outbox = this.#makeOutbox();
    this.#marks = this.#makeMarks();
  }

  readonly chat = (chatId: string): Handle => {
    const handle = this.#handles.get(chatId) ?? new Handle(chatId, this);
    this.#handles.set(chatId, handle);
    return handle;
  };

  readonly loadMoreChats = async (): Promise<void> => {
    if (this.#cursor === null) return;
    this.#cursor = await this.#loadPage(this.#cursor);
    this.#pages += 1;
    this.inbox.changed();
  };

  readonly connect = (): void => {
    if (this.#hub) return;
    this.isClosed = false;
    const { tabs = globalThis.document ? "share" : "own", hiddenDisconnectMs = fiveMinutesMs } = this.#options;
    const hub = (this.#hub = new Hub({
      url: this.#url,
      name: this.#name + this.#url,
      tokens: this.#tokens,
      isShared: tabs === "share" && !!globalThis.navigator?.locks && !!globalThis.BroadcastChannel,
      onState: (state) => this.#onState(state),
      onEvent: (event, payload) => this.#heard[event as "resync"]?.(payload as never),
      onNote: (kind, value) => {
        if (kind === "hello") this.outbox.introduce();
        if (kind === "sign_out") {
          void this.close();
          this.#forget();
        }
        this.outbox.noted(kind, value);
      },
      onLeading: (isLeading) => {
        void this.outbox.setLeading(isLeading);
        this.diagnostics.changed();
      },
    }));
    this.#stopWatching = watchWaking({
      // Several events come of one waking.
      onWake: () => void (this.#waking ??= this.#wake()),
      onOffline: () => hub.drop(),
      onHidden: () => hub.rest(),
      hiddenMs: hiddenDisconnectMs,
    });
    hub.run();
  };

  /** Not again after `close`. */
  readonly connectOnce = (): void => {
    if (!this.isClosed) this.connect();
  };

  readonly close = async (): Promise<void> => {
    this.isClosed = true;
    this.#stopWatching?.();
    clearTimeout(this.#timer);
    this.#epoch += 1;
    this.#hub?.close();
    this.#hub = undefined;
    this.#state = { state: "offline", since: Date.now() };
    this.outbox.close();
    this.#marks.close();
    for (const handle of this.#handles.values()) handle.close();
    this.#viewsChanged();
    this.connection.changed();
    await this.#kept.settled();
  };

  readonly signOut = async (): Promise<void> => {
    // Also if this tab took no part.
    this.connect();
    this.#hub?.post("sign_out");
    const closing = this.close();
    this.#forget();
    await closing;
    await this.#kept.wipe();
  };

  readonly request: Request = async (event, payload) => {
    if (!this.#hub) throw noAnswer();
    return this.#hub.request(event, payload);
  };

  readonly isOpen = (): boolean => this.#state.state === "open";

  /** The service's time. */
  readonly now = (): number => Date.now() + this.#offsetMs;

  flushMarks(): void {
    this.#marks.flush();
  }

  count(what: "holesFilled" | "resends"): void {
    this.#counts[what] += 1;
    this.diagnostics.changed();
  }

  /** Marks a chat as read or received up to a seq. */
  want(kind: MarkKind, chatId: string, seq: number): void {
    if ((this.cards.get(chatId)?.[kind][this.userId]?.seq ?? 0) < seq) this.#marks.want(kind, chatId, seq);
  }

  readonly putCard = (chat: Chat): void => {
    this.cards.put(chat);
    const handle = this.#handles.get(chat.id);
    if (chat.lastMessage && chat.lastMessage.senderId !== this.userId) this.want("delivered", chat.id, chat.lastSeq);
    if (chat.status !== "active") handle?.typing.set(false);
    handle?.lookForHole();
    handle?.view.changed();
    this.inbox.changed();
  };

  readonly #heard: Heard = {
    welcome: ({ serverTime, rules }) => {
      this.#offsetMs = Date.parse(serverTime) - Date.now();
      this.rules = rules;
      this.diagnostics.changed();
      this.#viewsChanged();
    },
    receive_message: (message) => {
      this.outbox.heard(message);
      this.#handles.get(message.chatId)?.heard(message);
    },
    message_changed: (message) => this.#handles.get(message.chatId)?.changed(message),
    messages_read: (receipt) => this.#marked("read", receipt),
    messages_delivered: (receipt) => this.#marked("delivered", receipt),
    user_typing: ({ chatId, userId, isTyping }) => {
      if (userId !== this.userId) this.#handles.get(chatId)?.typing.set(isTyping);
    },
    chat_created: this.putCard,
    chat_updated: this.putCard,
    presence: (presence) => {
      this.presences.set(presence.userId, presence);
      this.#viewsChanged();
    },
    resync: () => void this.#catchUp(),
  };

  #makeOutbox(): Outbox {
    return new Outbox({
      userId: this.userId,
      kept: this.#kept,
      isReady: this.isOpen,
      now: this.now,
      send: async (draft) => (await this.request("send_message", payloadOf(draft))).message,
      upload: async ({ chatId, file }, blob, onProgress, signal) => {
        const { upload } = await import("./outbox/files.ts");
        return upload(this.rest, { chatId, name: file?.name ?? "", blob, onProgress, signal });
      },
      post: (kind, value) => this.#hub?.post(kind, value),
      onSent: (message) => this.#handles.get(message.chatId)?.heard(message),
      onResend: () => this.count("resends"),
      onChange: (chatId) => {
        this.#handles.get(chatId)?.view.changed();
        this.unsent.changed();
      },
    });
  }

  #makeMarks(): Marks {
    return new Marks({
      send: async (kind, chatId, seq) => {
        const answer =
          kind === "read"
            ? (await this.request("mark_read", { chatId, seq })).read
            : (await this.request("mark_delivered", { chatId, seq })).delivered;
        this.#marked(kind, { chatId, ...answer });
      },
      maySend: (kind, chatId) =>
        this.isOpen() &&
        (kind === "read" ? isVisible() && !!this.#handles.get(chatId)?.isShown : !!this.#hub?.isLeading),
    });
  }

  #marked(kind: MarkKind, { chatId, userId, seq, at }: Receipt): void {
    this.cards.mark(kind, chatId, userId, { seq, at });
    this.#handles.get(chatId)?.view.changed();
    this.inbox.changed();
  }

  #viewsChanged(): void {
    for (const handle of this.#handles.values()) handle.view.changed();
  }

  #onState(state: SocketState): void {
    this.#state = state;
    this.#epoch += 1;
    this.#isCaughtUp = false;
    this.connection.changed();
    this.diagnostics.changed();
    if (!this.isOpen()) {
      this.presences.clear();
      for (const { typing, view } of this.#handles.values()) {
        typing.set(false);
        view.changed();
      }
      return;
    }
    this.outbox.introduce();
    this.outbox.flush();
    this.#marks.flush();
    void this.#catchUp();
  }

  async #wake(): Promise<void> {
    this.#marks.flush();
    const isAlive = await this.#hub?.wake();
    this.#waking = undefined;
    if (isAlive) await this.#catchUp();
  }

  /** Nothing of this user is shown any more. */
  #forget(): void {
    this.outbox.clear();
    this.cards.clear();
    this.#isLoaded = false;
    for (const handle of this.#handles.values()) handle.forget();
    this.inbox.changed();
  }

  /** After a connect, a `resync` or sleep: something may have been missed. */
  async #catchUp(failures = 0): Promise<void> {
    clearTimeout(this.#timer);
    const own = (this.#epoch += 1);
    this.#isCaughtUp = false;
    const { error: _error, ...state } = this.#state;
    this.#state = state;
    this.connection.changed();
    try {
      const shown = [...this.#handles.values()].filter(({ isShown }) => isShown);
      const [, ...done] = await Promise.all([this.#loadInbox(), ...shown.map((handle) => handle.catchUp())]);
      if (own !== this.#epoch) return;
      // Each of them tries again by itself.
      if (done.includes(false)) throw noAnswer();
      this.#isCaughtUp = true;
      this.connection.changed();
    } catch (error) {
      if (own !== this.#epoch || !this.isOpen()) return;
      this.#state = { ...this.#state, error: plain(error) };
      this.connection.changed();
      this.#timer = setTimeout(() => void this.#catchUp(failures + 1), pauseMs(failures, error));
    }
  }

  /** As many pages as were loaded before. */
  async #loadInbox(): Promise<void> {
    let cursor: string | null = "";
    for (let page = 0; page < this.#pages && cursor !== null; page += 1) cursor = await this.#loadPage(cursor);
    this.#cursor = cursor;
    this.#isLoaded = true;
    this.inbox.changed();
  }

  async #loadPage(cursor: string): Promise<string | null> {
    const path = `user/${encodeURIComponent(this.userId)}?limit=${chatsPerPage}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
    const { chats, nextCursor } = await this.rest<InboxPage>("GET", path);
    chats.forEach(this.putCard);
    return nextCursor;
  }

  #seeConnection(): Connection {
    const { state, ...more } = this.#state;
    if (this.isClosed) return { ...more, state: "closed" };
    return { ...more, state: state !== "open" ? state : this.#isCaughtUp ? "online" : "catching_up" };
  }

  #seeInbox(): Inbox {
    const chats = this.cards.list();
    const unread = chats.reduce((sum, { unreadCount }) => sum + unreadCount, 0);
    return { chats, unread, loaded: this.#isLoaded, hasMore: this.#cursor !== null };
  }

  #seeUnsent(): Unsent {
    const orders = this.outbox.unsent().map(({ order }) => order);
    return orders.length > 0 ? { count: orders.length, oldestAt: Math.floor(Math.min(...orders)) } : { count: 0 };
  }

  #diagnose(): Diagnostics {
    const role = this.#hub?.isLeading === false ? "follower" : "leader";
    return { storage: this.#kept.kind, role, ...this.#counts, serverTimeOffsetMs: this.#offsetMs };
  }
}
