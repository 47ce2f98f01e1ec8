import type { Appended } from "../../chat/ports.ts";
import { unavailable } from "../driver-errors.ts";
import { type Decide, Lane, type Waiting } from "./lane.ts";

export type LaneLimits = {
  /** How many sends may wait, in total and in one chat. Beyond that a send is refused at once. */
  waiting: number;
  waitingInChat: number;
  timeoutMs: number;
  /** The most entries of one chat in one write. */
  run: number;
};

/** `onExpired` gets the lane and all sends that waited in it; some of them may have been written. */
type Parts = { limits: LaneLimits; onExpired: (lane: Lane, expired: Readonly<Waiting>[]) => void };

const sweepMs = 100;

/** The waiting sends and their deadlines: one lane per chat, which exists while it has sends. */
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
    const lane = this.#lanes.get(chatId) ?? new Lane(chatId, run);
    if (this.#size >= waiting || lane.size >= waitingInChat) throw unavailable();
    const { promise: answer, resolve, reject } = Promise.withResolvers<Appended>();
    lane.join({ decide, resolve, reject, deadline: Date.now() + timeoutMs });
    this.#size += 1;
    this.#lanes.set(chatId, lane);
    this.#sweep ??= setInterval(() => this.#expire(), sweepMs).unref();
    return { lane, isFirst: lane.size === 1, answer };
  }

  /** Answers the first send of the lane. */
  answerFirst(lane: Lane, answer: (waiting: Readonly<Waiting>) => void): void {
    const first = lane.leave();
    if (first === undefined) return;
    this.#size -= 1;
    answer(first);
    if (lane.isOver) this.#forget(lane);
  }

  #forget(lane: Lane): void {
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
      if (lane.first === undefined || lane.first.deadline > now) continue;
      const expired = lane.end();
      this.#size -= expired.length;
      this.#forget(lane);
      this.#parts.onExpired(lane, expired);
      for (const { reject } of expired) reject(unavailable());
    }
  }
}
