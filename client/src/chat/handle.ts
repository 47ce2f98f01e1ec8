import { mayPass, pauseMs, plain } from "../errors.ts";
import { ChangingStore } from "../store.ts";
import type { ChatHandle, ChatView, Draft, Item } from "../types.ts";
import type { Chat, Message, MessagePage, ReadableFile, ReportReason } from "../wire.ts";
import { randomId } from "../within.ts";
import type { Core } from "./core.ts";
import { Items, may } from "./items.ts";
import { Log } from "./log.ts";
import { OtherTyping, OwnTyping } from "./typing.ts";

/** Of a chat that nobody shows, so many entries are kept. */
const keptEntries = 50;
const pageSize = 200;
/** Somebody who was away for more entries than this begins with the newest page. */
const longestGap = 1_000;
/** Events of different nodes may overtake each other: most holes close by themselves within this time. */
const holePatienceMs = 150;
/** For so long an edit, a deletion, a report or a mute is tried again. */
const patienceMs = 30_000;

/** One chat: its log as far as it is here, and what its person does in it. */
export class Handle implements ChatHandle {
  readonly view: ChangingStore<ChatView>;
  readonly typing: OtherTyping;
  readonly retry;
  readonly discard;
  isShown = false;
  readonly #id: string;
  readonly #core: Core;
  readonly #own: OwnTyping;
  readonly #log = new Log();
  readonly #items = new Items();
  #opens = 0;
  #isRefused = false;
  #isJoined = false;
  #running: Promise<boolean> | undefined;
  #isAgain = false;
  #failures = 0;
  #loading: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #untilTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(chatId: string, core: Core) {
    this.#id = chatId;
    this.#core = core;
    this.view = new ChangingStore((previous) => this.#see(previous), core.connectOnce);
    this.typing = new OtherTyping(this.view.changed);
    this.#own = new OwnTyping((isTyping) => void core.request("typing", { chatId, isTyping }).catch(() => {}));
    this.retry = core.outbox.retry;
    this.discard = core.outbox.discard;
  }

  readonly open = (): (() => void) => {
    this.#core.connectOnce();
    this.#opens += 1;
    if (!this.isShown) {
      this.isShown = true;
      void this.catchUp();
      // What was marked before it was shown.
      this.#core.flushMarks();
    }
    let release = (): void => {
      release = () => {};
      this.#opens -= 1;
      // A tick later: who unmounts and mounts again in one go leaves nothing.
      setTimeout(() => this.#opens === 0 && this.isShown && this.#hide(), 0);
    };
    return () => release();
  };

  readonly loadOlder = (count = keptEntries): Promise<void> =>
    (this.#loading ??= this.#loadOlder(Math.max(1, Math.min(pageSize, Math.floor(count) || keptEntries))));

  readonly send = (draft: Draft): { key: string; done: Promise<Message> } => {
    this.#core.connectOnce();
    this.#own.end();
    return this.#core.outbox.send(this.#id, draft);
  };

  readonly edit = async (seq: number, text: string): Promise<void> => {
    const payload = { chatId: this.#id, seq, content: text, clientMessageId: randomId() };
    this.changed((await this.#persist(() => this.#core.request("edit_message", payload))).message);
  };

  readonly remove = async (seq: number): Promise<void> => {
    const payload = { chatId: this.#id, seq };
    this.changed((await this.#persist(() => this.#core.request("delete_message", payload))).message);
  };

  readonly report = async (target: { seq: number } | "person", reason: ReportReason, note?: string): Promise<void> => {
    const { seq } = target as Partial<{ seq: number }>;
    await this.#persist(() => this.#core.rest("POST", `${this.#id}/reports`, { seq, reason, note }));
  };

  readonly mute = async (until: Date | null): Promise<void> => {
    const body = { until: until && until.toISOString() };
    const { chat } = await this.#persist(() => this.#core.rest<{ chat: Chat }>("PUT", `${this.#id}/mute`, body));
    this.#core.putCard(chat);
  };

  readonly markRead = (seq = this.#log.upTo): void =>
    this.#core.want("read", this.#id, Math.min(seq, Math.max(this.#log.upTo, this.#lastSeq())));

  readonly setTyping = (isTyping: boolean): void => {
    if (this.#core.isOpen()) this.#own.set(isTyping);
  };

  readonly fileUrl = async (id: string): Promise<string> =>
    (await this.#core.rest<ReadableFile>("GET", `${this.#id}/attachments/${id}`)).url;

  /** A message as it is now. */
  changed(message: Message): void {
    this.#log.change(message);
    this.view.changed();
  }

  heard(message: Message): void {
    const log = this.#log;
    if (message.senderId !== this.#core.userId) this.typing.set(false);
    // Of a chat that was never opened, what this person sends is shown.
    if (log.from || this.isShown) log.add(message);
    else log.start([message]);
    if (!this.isShown && log.upTo - log.from > keptEntries * 2) log.trim(keptEntries);
    this.#received([message]);
    this.lookForHole();
  }

  /**
   * Joins with the last known seq until the whole log is here. One at a time; a call during one has another one follow.
   * Resolves with whether all of it is here.
   */
  catchUp(): Promise<boolean> {
    this.#isAgain = true;
    clearTimeout(this.#timer);
    return (this.#running ??= this.#catchUp());
  }

  lookForHole(): void {
    if (!this.isShown || !this.#isMissing() || this.#running) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#isMissing() && void this.catchUp(), holePatienceMs);
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#untilTimer);
    this.#own.end();
    this.typing.set(false);
  }

  forget(): void {
    this.#log.trim(0);
    this.#isJoined = false;
    this.view.changed();
  }

  #hide(): void {
    this.#own.set(false);
    this.close();
    this.isShown = false;
    this.#log.trim(keptEntries);
    this.view.changed();
    this.#core.request("leave_chat", { chatId: this.#id }).catch(() => {});
  }

  #lastSeq(): number {
    return this.#core.cards.get(this.#id)?.lastSeq ?? 0;
  }

  #isMissing(): boolean {
    return this.#log.hasHole || (this.#log.from > 0 && this.#lastSeq() > this.#log.upTo);
  }

  #received(messages: readonly Message[]): void {
    const { userId } = this.#core;
    if (messages.some(({ senderId }) => senderId !== userId)) this.#core.want("delivered", this.#id, this.#log.upTo);
    this.view.changed();
  }

  async #catchUp(): Promise<boolean> {
    // The caller has to know of this run before it can end.
    await Promise.resolve();
    let isDone = true;
    while (this.#isAgain) {
      this.#isAgain = false;
      let error: unknown;
      try {
        for (let hasMore = true; hasMore && this.isShown && this.#core.isOpen(); ) hasMore = await this.#join();
        isDone = !this.#isMissing();
      } catch (thrown) {
        error = thrown;
        isDone = !mayPass(thrown);
        this.#isRefused = plain(thrown).code === "chat_not_found";
        this.view.changed();
      }
      if (isDone) this.#failures = 0;
      else this.#againAfter(pauseMs((this.#failures += 1), error));
    }
    this.#running = undefined;
    return isDone;
  }

  #againAfter(waitMs: number): void {
    clearTimeout(this.#timer);
    // Without a connection the next one begins anew.
    if (this.isShown && this.#core.isOpen()) this.#timer = setTimeout(() => void this.catchUp(), waitMs);
  }

  /** @returns whether there are newer entries */
  async #join(): Promise<boolean> {
    const log = this.#log;
    const chatId = this.#id;
    if (!this.#isJoined || this.#lastSeq() - log.upTo > longestGap) log.trim(0);
    const isFirst = !log.from;
    const before = log.upTo;
    const wasHole = log.hasHole;
    const place = isFirst ? { limit: keptEntries } : { afterSeq: log.upTo, limit: pageSize };
    const { chat, messages, hasMore } = await this.#core.request("join_chat", { chatId, ...place });
    if (isFirst) log.start(messages);
    else for (const message of messages) log.add(message);
    this.#isJoined = true;
    if (wasHole && !log.hasHole) this.#core.count("holesFilled");
    this.#isRefused = false;
    messages.forEach(this.#core.outbox.heard);
    this.#core.putCard(chat);
    this.#received(messages);
    // Of the newest page it is about older entries. A page that brings nothing is not asked for again at once.
    return !isFirst && hasMore && log.upTo > before;
  }

  async #loadOlder(count: number): Promise<void> {
    try {
      await this.#running;
      const before = this.#log.from;
      if (before <= 1) return;
      const path = `${this.#id}/messages?before=${before}&limit=${count}`;
      const { messages } = await this.#core.rest<MessagePage>("GET", path);
      // In between the chat may have been hidden, or begun anew.
      if (this.#log.from === before) this.#log.addOlder(messages);
      this.view.changed();
    } finally {
      this.#loading = undefined;
    }
  }

  /** Tries again what may pass, while somebody waits for the outcome. */
  async #persist<T>(act: () => Promise<T>): Promise<T> {
    this.#core.connectOnce();
    for (const endsAt = Date.now() + patienceMs; ; ) {
      try {
        return await act();
      } catch (thrown) {
        const waitMs = pauseMs(1, thrown);
        if (!mayPass(thrown) || Date.now() + waitMs > endsAt || this.#core.isClosed) throw thrown;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }

  #unreadFrom(chat: Chat | null, items: readonly Item[]): number | null {
    const { userId } = this.#core;
    if (!chat?.unreadCount) return null;
    const mark = chat.read[userId]?.seq ?? 0;
    // The first one may not be loaded.
    if (this.#log.from > mark + 1) return mark + 1;
    for (const { message } of items) {
      if ("seq" in message && message.seq > mark && message.senderId !== userId) return message.seq;
    }
    return null;
  }

  #see(previous: ChatView | undefined): ChatView {
    const { userId, cards, presences, outbox, rules, now, isOpen } = this.#core;
    const chat = cards.get(this.#id) ?? null;
    let until = Infinity;
    const frame = { userId, chat, rules, now: now(), onUntil: (at: number) => (until = Math.min(until, at)) };
    const items = this.#items.ofLog(this.#log.entries(), frame);
    const drafts = outbox.of(this.#id);
    const sent = new Set(drafts.length > 0 ? items.map(({ key }) => key) : []);
    // One that is in the log already has its place there.
    for (const draft of drafts) if (!sent.has(draft.clientMessageId)) items.push(this.#items.ofDraft(draft));
    clearTimeout(this.#untilTimer);
    if (this.isShown && isOpen() && until < Infinity) {
      this.#untilTimer = setTimeout(this.view.changed, Math.min(until - frame.now + 5, 2 ** 30));
    }
    // Without the card, as offline after a reload, what is written is stored and sent later.
    const shut = chat ? chat.status !== "active" && "chat_not_active" : this.#isRefused && "chat_not_found";
    const other = chat ? presences.get(chat.ownerId === userId ? chat.seekerId : chat.ownerId) : undefined;
    const old = previous?.items;
    return {
      chat,
      // The same list if nothing in it is new, so that a component that shows only it is not drawn again.
      items: old?.length === items.length && items.every((item, at) => item === old[at]) ? old : items,
      hasOlder: this.#log.from > 1,
      completeTo: this.#log.upTo,
      unreadFrom: this.#unreadFrom(chat, items),
      otherTyping: this.typing.isTyping,
      otherOnline: other?.online ?? null,
      otherLastSeenAt: other?.lastSeenAt ?? null,
      may: {
        send: may(shut || undefined),
        upload: may(shut || (!rules ? "unavailable" : rules.uploads ? undefined : "uploads_off")),
      },
    };
  }
}
