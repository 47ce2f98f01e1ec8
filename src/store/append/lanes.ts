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
  /** What was drafted for it; kept over a retry, so that the same entry is written again. */
  entry: Entry | null;
  /** A write of `entry` ended without an answer: it may stand in the log. */
  uncertain: boolean;
  failures: number;
};

/** The sends of one chat, in the order they came. The first of them, at most `mostInRun`, are under way together. */
export type Lane = { chatId: string; waiting: Waiting[]; mostInRun: number; dead: boolean };

export type LaneLimits = {
  /** Sends that may wait, in all and in one chat. Past it a send is refused at once. */
  waiting: number;
  waitingInChat: number;
  timeoutMs: number;
  /** Entries of one chat in one write. */
  run: number;
};

/** `onExpired` is told of the lane and of all that waited in it; some of them may have been written. */
type Parts = { limits: LaneLimits; onExpired: (lane: Lane, expired: Waiting[]) => void };

const sweepMs = 100;

/** Who waits, in which order, and until when: a lane per chat, there while somebody is in it. */
export class Lanes {
  readonly #parts: Parts;
  readonly #lanes = new Map<string, Lane>();
  #size = 0;
  #sweep: NodeJS.Timeout | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** How many wait, in all lanes. */
  get size(): number {
    return this.#size;
  }

  /**
   * Takes a place behind what waits in the chat. `isFirst`: nothing did.
   * @throws ChatError `unavailable` where too many wait
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

  /** Answers the first of the lane. True: another one is first now. */
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
   * Who has waited too long is told so, and with it all behind it in that chat: if they went on alone, the sender's
   * repeat of the first would land after them.
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
