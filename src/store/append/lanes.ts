import type { Entry, Head } from "../../chat/log/entry.ts";
import type { Appended, Decision } from "../../chat/ports.ts";
import { unavailable } from "../driver-errors.ts";

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

/** The sends of one chat in the order of arrival. The first ones, at most `mostInRun`, are under way together. */
export type Lane = { chatId: string; waiting: Waiting[]; mostInRun: number; dead: boolean };

export type LaneLimits = {
  /** How many sends may wait, in total and in one chat. Beyond that a send is refused at once. */
  waiting: number;
  waitingInChat: number;
  timeoutMs: number;
  /** The most entries of one chat in one write. */
  run: number;
};

/** `onExpired` gets the lane and all sends that waited in it; some of them may have been written. */
type Parts = { limits: LaneLimits; onExpired: (lane: Lane, expired: Waiting[]) => void };

const sweepMs = 100;

/** The waiting sends, their order and their deadlines: one lane per chat, which exists while it has sends. */
export class Lanes {
  readonly #parts: Parts;
  readonly #lanes = new Map<string, Lane>();
  #size = 0;
  #sweep: NodeJS.Timeout | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** How many sends wait in all lanes. */
  get size(): number {
    return this.#size;
  }

  /**
   * Takes a place after the waiting sends of the chat. `isFirst`: there were none.
   * @throws ChatError `unavailable` if too many wait
   */
  join(chatId: string, decide: Decide): { lane: Lane; isFirst: boolean; answer: Promise<Appended> } {
    const { waiting, waitingInChat, timeoutMs, run } = this.#parts.limits;
    const lane = this.#lanes.get(chatId) ?? { chatId, waiting: [], mostInRun: run, dead: false };
    if (this.#size >= waiting || lane.waiting.length >= waitingInChat) throw unavailable();
    const { promise: answer, resolve, reject } = Promise.withResolvers<Appended>();
    const deadline = Date.now() + timeoutMs;
    lane.waiting.push({ decide, resolve, reject, deadline, entry: null, uncertain: false, failures: 0 });
    this.#size += 1;
    this.#lanes.set(chatId, lane);
    this.#sweep ??= setInterval(() => this.#expire(), sweepMs).unref();
    return { lane, isFirst: lane.waiting.length === 1, answer };
  }

  /** Answers the first send of the lane. True: another send is first now. */
  answerFirst(lane: Lane, answer: (waiting: Waiting) => void): boolean {
    const first = lane.waiting.shift();
    if (first === undefined) return false;
    this.#size -= 1;
    answer(first);
    if (lane.waiting.length > 0) return true;
    this.#forget(lane);
    return false;
  }

  #forget(lane: Lane): void {
    lane.dead = true;
    this.#lanes.delete(lane.chatId);
    if (this.#lanes.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }

  /**
   * Refuses a send that has waited too long, and all sends after it in that chat: otherwise the sender's repeat of the
   * first one would be stored after them.
   */
  #expire(): void {
    const now = Date.now();
    for (const lane of this.#lanes.values()) {
      const [first] = lane.waiting;
      if (first === undefined || first.deadline > now) continue;
      const expired = lane.waiting.splice(0);
      this.#size -= expired.length;
      this.#forget(lane);
      this.#parts.onExpired(lane, expired);
      for (const { reject } of expired) reject(unavailable());
    }
  }
}
