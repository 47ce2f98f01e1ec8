import type { Draft, Entry, Head } from "../../chat/log/entry.ts";
import type { Appended, Decision } from "../../chat/ports.ts";
import type { Written } from "./write-entries.ts";

export type Decide = (head: Head) => Decision;

/** A send that waits for its answer. */
export type Waiting = {
  decide: Decide;
  resolve: (appended: Appended) => void;
  reject: (error: unknown) => void;
  deadline: number;
  /** Its drafted entry; kept for a retry, so that the same entry is written again. */
  entry: Entry | null;
  /** A write of `entry` ended without an answer: the entry may be in the log. */
  uncertain: boolean;
  failures: number;
};

/** What a draft gets from outside to become an entry. */
export type Stamp = { newId: () => string; now: () => Date };

/** The draft of a send that is not first yet; null if it has to wait until it is first. */
const draftOf = (waiting: Waiting, head: Head): Draft | null => {
  // First it must be known whether an earlier try was stored.
  if (waiting.uncertain) return null;
  try {
    const decision = waiting.decide(head);
    return decision !== "nothing" && "append" in decision ? decision.append : null;
  } catch {
    return null;
  }
};

/**
 * The sends of one chat, in the order they came. The first ones have entries and are written together. A lane is changed
 * only by these calls. It is over when no send waits in it, and stays so: the chat's next send gets a new lane.
 */
export class Lane {
  readonly chatId: string;
  readonly #longestRun: number;
  readonly #waiting: Waiting[] = [];
  #mostInRun: number;

  /** `longestRun`: entries in one write. */
  constructor(chatId: string, longestRun: number) {
    this.chatId = chatId;
    this.#longestRun = longestRun;
    this.#mostInRun = longestRun;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** Every send in it was answered. */
  get isOver(): boolean {
    return this.#waiting.length === 0;
  }

  /** The send whose turn it is; undefined if the lane is over. */
  get first(): Readonly<Waiting> | undefined {
    return this.#waiting[0];
  }

  join(send: Pick<Waiting, "decide" | "resolve" | "reject" | "deadline">): void {
    this.#waiting.push({ ...send, entry: null, uncertain: false, failures: 0 });
  }

  /** Takes out the first send, which is answered then. */
  leave(): Readonly<Waiting> | undefined {
    return this.#waiting.shift();
  }

  /** Takes out all sends: the lane is over. */
  end(): Readonly<Waiting>[] {
    return this.#waiting.splice(0);
  }

  /** Makes the entry of the first send, after `head`. */
  draftFirst(head: Head, draft: Draft, stamp: Stamp): void {
    const [first] = this.#waiting;
    if (first) this.#draft(first, head, draft, stamp);
  }

  /**
   * The entry of the first send, and the entries of the sends after it, each decided on the entry before it:
   *
   *     head 7, waiting: "a", "b", "c", close, "d"  →  8 "a", 9 "b", 10 "c", 11 close
   *
   * "d" is refused after the close. A refusal counts only for a head from the log, so "d" waits until it is first.
   * Empty if the lane is over.
   */
  draftRun(stamp: Stamp): Entry[] {
    let before = this.first?.entry;
    if (!before) return [];
    const entries = [before];
    for (const waiting of this.#waiting.slice(1, this.#mostInRun)) {
      const draft = draftOf(waiting, before);
      if (draft === null) break;
      before = this.#draft(waiting, before, draft, stamp);
      entries.push(before);
    }
    return entries;
  }

  // A new draft of an entry keeps its id, by which an earlier try is recognised.
  #draft(waiting: Waiting, head: Head, draft: Draft, { newId, now }: Stamp): Entry {
    const id = waiting.entry?.id ?? newId();
    const createdAt = waiting.entry?.createdAt ?? now();
    waiting.entry = { ...draft, id, chatId: this.chatId, seq: head.seq + 1, createdAt };
    return waiting.entry;
  }

  /** A whole run was stored: the next may be twice as long. */
  runLanded(): void {
    this.#mostInRun = Math.min(this.#mostInRun * 2, this.#longestRun);
  }

  /** A run ended early; `results` are those of the first send and of the sends after it. The next run has one entry. */
  runEndedEarly(results: Written[]): void {
    this.#mostInRun = 1;
    for (const [index, waiting] of this.#waiting.entries()) waiting.uncertain ||= results[index] === "unknown";
  }

  /** It is unknown whether the entry of the first send is in the log. */
  firstIsUncertain(): void {
    const [first] = this.#waiting;
    if (first) first.uncertain = true;
  }

  /** Counts a failure of the first send. @returns how many it has had */
  firstFailed(): number {
    const [first] = this.#waiting;
    return first ? (first.failures += 1) : 0;
  }
}
