import type { Card } from "./card.ts";
import { type CardCopy, newerCopy } from "./card-copy.ts";

/** A caller that waits for a card to be written. */
export type Waiter = { resolve: (card: Card) => void; reject: (error: unknown) => void };

/** What is to be written to one card. `created`: both people are notified of a new chat, not of a change. */
export type CardChange = { copy: CardCopy; created: boolean; waiters: Waiter[]; failures: number };

const mostFailures = 20;

/** Cards in one write if no caller waits, and the share of all pending cards in one write; the larger is taken. */
const leastAtOnce = 8;
const roundsForAll = 20;

/** The changes of cards that are not written yet: at most one for each chat, into which later ones are merged. */
export class CardChanges {
  readonly #changes = new Map<string, CardChange>();

  get size(): number {
    return this.#changes.size;
  }

  hasWaiters(): boolean {
    for (const { waiters } of this.#changes.values()) if (waiters.length > 0) return true;
    return false;
  }

  add(copy: CardCopy, created: boolean): CardChange {
    const change = this.#changes.get(copy.chatId) ?? { copy, created, waiters: [], failures: 0 };
    change.copy = newerCopy(change.copy, copy);
    change.created ||= created;
    this.#changes.set(copy.chatId, change);
    return change;
  }

  /**
   * Adds a change that could not be written again, without its waiters. After twenty failures it is dropped: a card that
   * is out of date is repaired by the next process that opens the chat.
   */
  addAgain({ copy, created, failures }: CardChange): void {
    if (failures >= mostFailures) return;
    this.add(copy, created).failures = failures + 1;
  }

  /** Takes out the oldest changes and all that have waiters; with `all`, every change. */
  take({ all }: { all: boolean }): Map<string, CardChange> {
    const most = all ? Infinity : Math.max(leastAtOnce, this.#changes.size / roundsForAll);
    const batch = new Map<string, CardChange>();
    for (const [chatId, change] of this.#changes) {
      if (batch.size >= most && change.waiters.length === 0) continue;
      batch.set(chatId, change);
      this.#changes.delete(chatId);
    }
    return batch;
  }
}
