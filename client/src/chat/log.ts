import type { Message } from "../wire.ts";
import { afterChange, changeIn } from "./changes.ts";

/**
 * The part of a chat's log that is here, by seq: an entry that comes twice is stored once, and seq is the order.
 *
 *     start([5, 6]), add(7), add(9)  →  upTo 7, hole: 8 is missing
 *     add(8)                         →  upTo 9, no hole
 */
export class Log {
  /** Seq of the oldest entry that is here; 0 before the first page. */
  from = 0;
  /** The end of the unbroken run that begins there. */
  upTo = 0;
  #highest = 0;
  #bySeq = new Map<number, Message>();
  /** The changes that are here, by their target, ascending. They may come before it. */
  #changesOf = new Map<number, Message[]>();

  get hasHole(): boolean {
    return this.from > 0 && this.#highest > this.upTo;
  }

  /** Begins with the newest page, as a join answers it; with its unbroken end, if it has a hole. */
  start(page: readonly Message[]): void {
    let at = page.length - 1;
    while (at > 0 && page[at - 1]?.seq === (page[at]?.seq ?? 0) - 1) at -= 1;
    this.from = page[at]?.seq ?? 1;
    this.upTo = this.from - 1;
    for (const message of page) this.add(message);
  }

  add(message: Message): void {
    this.#put(message);
    this.#highest = Math.max(this.#highest, message.seq);
    if (this.from > 0) while (this.#bySeq.has(this.upTo + 1)) this.upTo += 1;
  }

  /** Adds the page before `from`, as far as it is unbroken. */
  addOlder(page: readonly Message[]): void {
    for (const message of page) this.#put(message);
    while (this.#bySeq.has(this.from - 1)) this.from -= 1;
  }

  /** Replaces a message with what it is now. One that is not here comes with its page. */
  change(message: Message): void {
    if (this.#bySeq.has(message.seq)) this.#put(message);
  }

  /** All entries that are here, in their order, behind a hole as well. */
  entries(): Message[] {
    const list: Message[] = [];
    for (let seq = this.from || Infinity; seq <= this.#highest; seq += 1) {
      const message = this.#bySeq.get(seq);
      if (message) list.push(message);
    }
    return list;
  }

  /** Keeps the newest `count` entries alone. */
  trim(count: number): void {
    const kept = this.entries().filter(({ seq }) => seq > this.upTo - count && seq <= this.upTo);
    this.from = this.upTo = this.#highest = 0;
    this.#bySeq.clear();
    this.#changesOf.clear();
    if (kept.length > 0) this.start(kept);
  }

  has(seq: number): boolean {
    return this.#bySeq.has(seq);
  }

  #put(message: Message): void {
    const changes = this.#changesOf;
    // It has those that are older than its last one already.
    const { seq: place, editedAt = "" } = message;
    const newer = (changes.get(place) ?? []).filter(({ createdAt }) => createdAt >= editedAt);
    this.#bySeq.set(place, newer.reduce(afterChange, message));
    const target = changeIn(message)?.target;
    if (target === undefined) return;
    const others = (changes.get(target) ?? []).filter(({ seq }) => seq !== message.seq);
    changes.set(
      target,
      [...others, message].sort((a, b) => a.seq - b.seq),
    );
    const changed = this.#bySeq.get(target);
    if (changed) this.#put(changed);
  }
}
