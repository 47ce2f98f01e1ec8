import { chatError, failure, mayPass, noAnswer, pauseMs, plain } from "../errors.ts";
import type { Draft } from "../types.ts";
import type { Attachment, Message } from "../wire.ts";
import { within } from "../within.ts";
import { draftOf, knowOrder, nextOrder, type PendingDraft } from "./draft.ts";
import type { KeptDrafts } from "./kept-drafts.ts";

/** A draft that the service fails on so often is refused, so that it does not hold the others for ever. */
const mostInternalErrors = 5;
const loadLimitMs = 3_000;

type Parts = {
  userId: string;
  kept: KeptDrafts;
  /** The connection is open. */
  isReady: () => boolean;
  send: (draft: PendingDraft) => Promise<Message>;
  upload: (
    draft: PendingDraft,
    blob: Blob,
    onProgress: (share: number) => void,
    signal: AbortSignal,
  ) => Promise<Attachment>;
  /** Reports to the other tabs. */
  post: (kind: string, value: unknown) => void;
  now: () => number;
  onSent: (message: Message) => void;
  onResend: () => void;
  onChange: (chatId: string) => void;
};

type Queue = {
  isBusy?: boolean;
  failures: number;
  /** How often the service failed on the first draft. */
  internals: number;
  timer?: ReturnType<typeof setTimeout> | undefined;
  abort?: AbortController;
};
type Waiter = { resolve: (message: Message) => void; reject: (error: unknown) => void };

/**
 * The drafts of all tabs. Each tab knows all of them; the one that leads sends them, a chat's one after the other, and
 * repeats each under its first clientMessageId until it is in the log.
 */
export class Outbox {
  readonly #parts: Parts;
  readonly #drafts = new Map<string, PendingDraft>();
  readonly #queues = new Map<string, Queue>();
  readonly #waiters = new Map<string, Waiter>();
  /** Drafts that have left: what another tab still says of them is late. */
  readonly #gone = new Set<string>();
  /** Ends the attempt of a draft that was heard before its ack. */
  readonly #ends = new Map<string, () => void>();
  /** What was written here before what is stored was loaded. */
  readonly #early = new Set<string>();
  #isLeading = false;
  #isLoaded = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Stores a draft before it returns, and sends it from then on. */
  send(chatId: string, wish: Draft): { key: string; done: Promise<Message> } {
    const { userId, now, kept } = this.#parts;
    const draft = draftOf(wish, chatId, userId, now());
    const { clientMessageId: key, file } = draft;
    const done = new Promise<Message>((resolve, reject) => this.#waiters.set(key, { resolve, reject }));
    // A caller that does not look at it sees the failure in the view.
    done.catch(() => {});
    if (file?.blob) kept.putFile(key, file.blob);
    if (!this.#isLoaded) this.#early.add(key);
    this.#put(draft);
    return { key, done };
  }

  /** Sends a failed draft again. An upload that no message may name any more is made again. */
  readonly retry = (key: string): void => {
    const draft = this.#drafts.get(key);
    if (draft?.state === "queued") this.#resume(draft.chatId);
    if (draft?.state !== "failed") return;
    const { error: _error, attachment, ...rest } = draft;
    this.#put({ ...rest, ...(!draft.file && attachment && { attachment }), state: "queued" });
  };

  readonly discard = (key: string): void => {
    this.#parts.post("discard", key);
    this.#discarded(key);
  };

  of(chatId: string): PendingDraft[] {
    return [...this.#drafts.values()].filter((draft) => draft.chatId === chatId).sort((a, b) => a.order - b.order);
  }

  unsent(): PendingDraft[] {
    return [...this.#drafts.values()].filter(({ state }) => state !== "failed");
  }

  /** An entry is in the log; whichever of ack and event comes first. */
  readonly heard = (message: Message): void => {
    const { senderId, clientMessageId: key = "" } = message;
    if (senderId !== this.#parts.userId) return;
    this.#remove(key);
    this.#waiters.get(key)?.resolve(message);
    this.#waiters.delete(key);
  };

  /** The connection is back: the pauses are over. */
  flush(): void {
    for (const { chatId } of this.#drafts.values()) this.#resume(chatId);
  }

  async setLeading(isLeading: boolean): Promise<void> {
    this.#isLeading = isLeading;
    if (!isLeading) return;
    // A storage that hangs does not hold up what is written now.
    await within(loadLimitMs, this.#load());
    this.#isLoaded = true;
    this.flush();
  }

  /** Another tab has come, or leads now: it may not know these drafts. */
  introduce(): void {
    for (const draft of this.#drafts.values()) this.#parts.post("draft", draft);
  }

  /** What another tab posted. */
  noted(kind: string, value: unknown): void {
    if (kind === "discard") this.#discarded(value as string);
    if (kind === "sent") {
      this.heard(value as Message);
      this.#parts.onSent(value as Message);
    }
    if (kind === "draft") this.#noted(value as PendingDraft);
  }

  /** Forgets all drafts; their promises reject. */
  clear(): void {
    for (const key of this.#drafts.keys()) this.#discarded(key);
  }

  close(): void {
    for (const end of this.#ends.values()) end();
    for (const { timer, abort } of this.#queues.values()) {
      clearTimeout(timer);
      abort?.abort();
    }
    this.#queues.clear();
    this.#isLeading = this.#isLoaded = false;
  }

  #noted(draft: PendingDraft): void {
    const key = draft.clientMessageId;
    const known = this.#drafts.get(key);
    // The one that leads knows better, but for what it has given up.
    if (this.#gone.has(key) || (this.#isLeading && known && known.state !== "failed")) return;
    this.#drafts.set(key, draft);
    knowOrder(draft.order);
    if (draft.state === "failed") this.#reject(key, chatError(draft.error ?? noAnswer()));
    this.#changed(draft.chatId);
  }

  async #load(): Promise<void> {
    const stored = await this.#parts.kept.load();
    const own = [...this.#drafts.values()].filter(
      ({ state, clientMessageId: key }) => state !== "failed" && this.#early.delete(key),
    );
    const isNew = ({ clientMessageId: key }: PendingDraft): boolean => !this.#drafts.has(key) && !this.#gone.has(key);
    const added = stored.filter(isNew);
    for (const draft of added) {
      knowOrder(draft.order);
      this.#put(draft, false);
    }
    // What was written here before this was loaded comes after it, whatever the clock says. What other tabs wrote has its
    // place.
    const latest = Math.max(0, ...added.map(({ order }) => order));
    for (const { clientMessageId: key, order } of own) {
      if (order <= latest) this.#update(key, { order: nextOrder() }, true);
    }
  }

  #resume(chatId: string): void {
    const queue = this.#queueOf(chatId);
    clearTimeout(queue.timer);
    queue.timer = undefined;
    void this.#pump(chatId);
  }

  #reject(key: string, error: unknown): void {
    this.#waiters.get(key)?.reject(error);
    this.#waiters.delete(key);
  }

  #put(draft: PendingDraft, isStored = true): void {
    this.#drafts.set(draft.clientMessageId, draft);
    if (isStored) this.#parts.kept.put(draft);
    this.#parts.post("draft", draft);
    this.#changed(draft.chatId);
  }

  #changed(chatId: string): void {
    this.#parts.onChange(chatId);
    void this.#pump(chatId);
  }

  /** @returns whether it was there still */
  #update(key: string, next: Partial<PendingDraft>, isStored = false): PendingDraft | undefined {
    const draft = this.#drafts.get(key);
    const updated = draft && { ...draft, progress: undefined, retryAt: undefined, error: undefined, ...next };
    if (updated) this.#put(updated, isStored);
    return updated;
  }

  #remove(key: string): void {
    const draft = this.#drafts.get(key);
    if (!draft) return;
    this.#drafts.delete(key);
    this.#ends.get(key)?.();
    if (this.#gone.size > 500) this.#gone.clear();
    this.#gone.add(key);
    this.#early.delete(key);
    this.#parts.kept.delete(key);
    this.#changed(draft.chatId);
  }

  #discarded(key: string): void {
    const { state, chatId = "" } = this.#drafts.get(key) ?? {};
    if (state === "uploading") this.#queues.get(chatId)?.abort?.abort();
    const isFirst = this.of(chatId)[0]?.clientMessageId === key;
    this.#remove(key);
    // The pause was this draft's.
    if (isFirst) this.#resume(chatId);
    this.#reject(key, failure("discarded", "This message was discarded."));
  }

  #queueOf(chatId: string): Queue {
    const queue = this.#queues.get(chatId) ?? { failures: 0, internals: 0 };
    this.#queues.set(chatId, queue);
    return queue;
  }

  async #pump(chatId: string): Promise<void> {
    if (!this.#isLeading || !this.#isLoaded) return;
    const queue = this.#queueOf(chatId);
    if (queue.isBusy) return;
    queue.isBusy = true;
    for (;;) {
      const next = this.of(chatId).find(({ state }) => state !== "failed");
      if (!next || queue.timer || !this.#isLeading || !this.#parts.isReady()) break;
      await this.#attempt(next, queue);
    }
    queue.isBusy = false;
  }

  async #attempt(draft: PendingDraft, queue: Queue): Promise<void> {
    const key = draft.clientMessageId;
    try {
      if (draft.file && !draft.attachment) await this.#upload(draft, queue);
      const ready = this.#update(key, { state: "sending" });
      if (!ready) return;
      const heard = new Promise<undefined>((resolve) => this.#ends.set(key, () => resolve(undefined)));
      const message = await Promise.race([this.#parts.send(ready), heard]);
      queue.failures = queue.internals = 0;
      if (!message) return;
      this.heard(message);
      this.#parts.onSent(message);
      this.#parts.post("sent", message);
    } catch (thrown) {
      // If it was heard in the meantime, all is well.
      if (this.#drafts.has(key)) this.#failed(draft, queue, thrown);
    } finally {
      this.#ends.delete(key);
    }
  }

  async #upload(draft: PendingDraft, queue: Queue): Promise<void> {
    const { clientMessageId: key, file } = draft;
    const blob = file?.blob ?? (await this.#parts.kept.file(key, file?.mimeType ?? ""));
    if (!blob) throw failure("upload_failed", "The file is not here any more.");
    const onProgress = (progress: number): void => void this.#update(key, { state: "uploading", progress });
    onProgress(0);
    queue.abort = new AbortController();
    const attachment = await this.#parts.upload(draft, blob, onProgress, queue.abort.signal);
    this.#update(key, { attachment }, true);
  }

  #failed({ clientMessageId: key, chatId }: PendingDraft, queue: Queue, thrown: unknown): void {
    const error = plain(thrown);
    queue.failures += 1;
    if (error.code === "internal") queue.internals += 1;
    if (!mayPass(error) || queue.internals >= mostInternalErrors) {
      queue.failures = queue.internals = 0;
      this.#reject(key, thrown);
      this.#update(key, { state: "failed", error }, true);
      return;
    }
    if (error.code === noAnswer().code) this.#parts.onResend();
    if (!this.#parts.isReady()) return void this.#update(key, { state: "queued", error });
    const waitMs = pauseMs(queue.failures, error);
    queue.timer = setTimeout(() => this.#resume(chatId), waitMs);
    this.#update(key, { state: "queued", error, retryAt: Date.now() + waitMs });
  }
}
