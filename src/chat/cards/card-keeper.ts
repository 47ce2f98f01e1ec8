import { ChatError } from "../errors.ts";
import type { Entry } from "../log/entry.ts";
import type { ChatCards, ChatLog } from "../ports.ts";
import type { Card } from "./card.ts";
import { type CardChange, CardChanges, type Waiter } from "./card-changes.ts";
import { type CardCopy, copyOf } from "./card-copy.ts";
import type { NotifyParticipants } from "./notify-participants.ts";

type Parts = {
  cards: Pick<ChatCards, "copy">;
  log: Pick<ChatLog, "page" | "shownAt">;
  /** Called with each written card; `created` if one of its changes made the chat. */
  notify: NotifyParticipants;
  /** Called with the error of each failed write; the cards are written again. */
  onFailure: (error: unknown) => void;
};

const settleLimitMs = 500;
/** The pause between two writes. */
const gapMs = 100;

/**
 * Keeps the cards up to date with the log. Changes are gathered during the previous write and in a pause after it, and
 * written together; so the participants of a busy chat get `chat_updated` at most every tenth of a second, and on a busy
 * node every two seconds. Only a few cards are written at a time: during a large write, messages wait for the event loop
 * and the disk, and at 300 messages a second one in a hundred waited for 15 ms. A caller that waits for a card ends the
 * pause.
 *
 * `gather` of src/timing does not fit: here changes of one chat are merged, a batch is small unless a caller waits, and a
 * failed change is written again.
 */
export class CardKeeper {
  readonly #parts: Parts;
  readonly #changes = new CardChanges();
  #running: Promise<void> | null = null;
  #isDraining = false;
  #endPause = (): void => undefined;
  // Callers that wait for the next write, and for the write that is under way.
  #readers: (() => void)[] = [];
  #readersOfWrite: (() => void)[] | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Copies an entry to its card and notifies both participants; resolves with the card. @throws as `ChatCards.copy` */
  keep(entry: Entry, { created = false } = {}): Promise<Card> {
    return this.#written(copyOf(entry), created);
  }

  /**
   * Like `keep`, for callers that do not wait for the card. A failed write is repeated. `changed`: the message that this
   * entry changed, as it is now.
   */
  keepLater(entry: Entry, changed?: Entry): void {
    this.#add(copyOf(entry, changed), false);
  }

  /** Sends the card as it is now to both participants. */
  notifyLater(chatId: string): void {
    this.#add({ chatId }, false);
  }

  /** Updates a card from the log if a crash left it out of date; resolves with the card. */
  async mend(chatId: string, { created = false } = {}): Promise<Card> {
    return this.#written(await newestCopy(this.#parts.log, chatId), created);
  }

  /** Resolves when the cards that waited before this call have been written, or after `limitMs`. */
  async settled(limitMs = settleLimitMs): Promise<void> {
    const list = this.#changes.size > 0 ? this.#readers : this.#readersOfWrite;
    if (list === null) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limitMs).unref();
      list.push(() => {
        clearTimeout(timer);
        resolve();
      });
      this.#endPause();
    });
  }

  /** Resolves when every card is written, or after `deadlineMs`. */
  async drain(deadlineMs: number): Promise<void> {
    if (this.#running === null) return;
    this.#isDraining = true;
    this.#endPause();
    await Promise.race([this.#running, new Promise((resolve) => setTimeout(resolve, deadlineMs).unref())]);
  }

  #written(copy: CardCopy, created: boolean): Promise<Card> {
    return new Promise((resolve, reject) => {
      this.#add(copy, created).waiters.push({ resolve, reject });
      this.#endPause();
    });
  }

  #add(copy: CardCopy, created: boolean): CardChange {
    const change = this.#changes.add(copy, created);
    this.#running ??= this.#run();
    return change;
  }

  async #run(): Promise<void> {
    // After one turn of the event loop, so that changes that came together are written together.
    await new Promise(setImmediate);
    while (this.#changes.size > 0) {
      const batch = this.#changes.take({ all: this.#isDraining || this.#readers.length > 0 });
      this.#readersOfWrite = this.#readers;
      this.#readers = [];
      await this.#write(batch);
      for (const resolve of this.#readersOfWrite) resolve();
      this.#readersOfWrite = null;
      if (!this.#isDraining && this.#readers.length === 0 && !this.#changes.hasWaiters()) await this.#pause();
    }
    this.#running = null;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, gapMs).unref();
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #write(batch: Map<string, CardChange>): Promise<void> {
    try {
      const written = await this.#parts.cards.copy([...batch.values()].map(({ copy }) => copy));
      for (const card of written) this.#finish(batch, card);
      for (const { waiters } of batch.values()) refuse(waiters, new ChatError("chat_not_found"));
    } catch (error) {
      this.#parts.onFailure(error);
      for (const change of batch.values()) {
        // Waiting callers get the error and try again themselves.
        refuse(change.waiters, error);
        this.#changes.addAgain(change);
      }
    }
  }

  #finish(batch: Map<string, CardChange>, card: Card): void {
    const change = batch.get(card.id);
    if (change === undefined) return;
    batch.delete(card.id);
    this.#parts.notify(card, change.created);
    for (const { resolve } of change.waiters) resolve(card);
  }
}

const refuse = (waiters: Waiter[], error: unknown): void => {
  for (const { reject } of waiters) reject(error);
};

const newestCopy = async (log: Parts["log"], chatId: string): Promise<CardCopy> => {
  const [newest] = (await log.page(chatId, { limit: 1 })).entries;
  if (newest === undefined) return { chatId };
  const copy = copyOf(newest);
  const shown = copy.shown ?? (await log.shownAt(chatId, newest.state.shownSeq));
  return { ...copy, ...(shown && { shown }) };
};
