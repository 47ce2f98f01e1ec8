import { setTimeout as pause } from "node:timers/promises";
import { ChatError } from "../chat/errors.ts";
import type { Draft, Entry, Head } from "../chat/message.ts";
import type { Appended, Decision } from "../chat/ports.ts";
import { type Decide, type Lane, type LaneLimits, Lanes, type Waiting } from "./lanes.ts";
import type { LateLandings } from "./late-landings.ts";
import type { WriteEntries, Written } from "./write-entries.ts";

type Parts = {
  writeEntries: WriteEntries;
  /** `local`: the newest the primary has; `majority`: the newest that stays. */
  loadHead: (chatId: string, concern: "local" | "majority") => Promise<Head>;
  findEntry: (id: string) => Promise<Entry | null>;
  findSent: (chatId: string, senderId: string | null, clientMessageId: string) => Promise<Entry | null>;
  /** Recent heads: hints, never the truth. */
  heads: {
    get: (chatId: string) => Head | undefined;
    set: (chatId: string, head: Head) => void;
    delete: (chatId: string) => void;
  };
  /** What becomes of entries whose senders have their answer already. */
  late: Pick<LateLandings, "landed" | "follow">;
  newId: () => string;
  now: () => Date;
  limits?: Partial<Limits>;
};

type Limits = LaneLimits & {
  /** Entries in one write, and writes under way at once. */
  batch: number;
  writes: number;
};

const defaultLimits: Limits = { batch: 500, writes: 3, waiting: 20_000, waitingInChat: 1_000, timeoutMs: 10_000 };
const longestPauseMs = 500;

/**
 * The order of appending: a lane per chat, and group commits across chats.
 *
 *     lane A: a1 a2 a3        while a write is under way, what comes waits;
 *     lane B: b1              the next write takes the first of each lane:
 *     lane C: c1 c2           [a1 b1 c1], then [a2 c2], then [a3]
 *
 * An idle queue writes at once; a busy one writes larger groups. The two unique indexes decide what is true; the heads
 * kept here only save a read.
 */
export class AppendQueue {
  readonly #parts: Parts;
  readonly #limits: Limits;
  readonly #lanes: Lanes;
  #ready: Lane[] = [];
  #writes = 0;
  #pumping = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#limits = { ...defaultLimits, ...parts.limits };
    this.#lanes = new Lanes({ limits: this.#limits, onExpired: (lane, first) => this.#expired(lane, first) });
  }

  /** How many sends wait for their answer. */
  get size(): number {
    return this.#lanes.size;
  }

  /** See `ChatLog.append`. Takes its place in the chat's lane before it returns. */
  async append(chatId: string, decide: Decide): Promise<Appended> {
    const { lane, isFirst, answer } = this.#lanes.join(chatId, decide);
    if (isFirst) this.#begin(lane);
    return answer;
  }

  /** Resolves when nothing waits, or after `deadlineMs`. */
  async drain(deadlineMs: number): Promise<void> {
    const deadline = Date.now() + deadlineMs;
    while (this.size > 0 && Date.now() < deadline) await pause(10);
  }

  #begin(lane: Lane): void {
    const hint = this.#parts.heads.get(lane.chatId);
    // Of a majority, since most who ask without a hint are repeats, and a refusal is only believed of what stays.
    if (hint === undefined) void this.#decideAfresh(lane, "majority");
    else this.#decide(lane, hint, "hint");
  }

  /** Asks the first of the lane what it wants in view of `head`; refusals are believed only of a head that stays. */
  #decide(lane: Lane, head: Head, source: "hint" | "local" | "majority"): void {
    const first = lane.waiting[0];
    if (first === undefined) return;
    const decision = this.#ask(lane, first, head);
    if (decision === null) return;
    if (decision !== "nothing" && "append" in decision) {
      first.entry = this.#entry(lane, first, head, decision.append);
      this.#queue(lane);
    } else if (source !== "majority") {
      void this.#decideAfresh(lane, "majority");
    } else if (decision === "nothing") {
      this.#settle(lane, (waiting) => waiting.resolve({ outcome: "nothing", head }));
    } else {
      this.#settle(lane, (waiting) => waiting.reject(decision.refuse));
    }
  }

  /** The decision; null where it failed, which is the caller's to hear and holds up nobody behind it. */
  #ask(lane: Lane, first: Waiting, head: Head): Decision | null {
    try {
      return first.decide(head);
    } catch (error) {
      this.#settle(lane, ({ reject }) => reject(error));
      return null;
    }
  }

  #entry(lane: Lane, { entry }: Waiting, head: Head, draft: Draft): Entry {
    const id = entry?.id ?? this.#parts.newId();
    return { ...draft, id, chatId: lane.chatId, seq: head.seq + 1, createdAt: entry?.createdAt ?? this.#parts.now() };
  }

  async #decideAfresh(lane: Lane, concern: "local" | "majority"): Promise<void> {
    try {
      const head = await this.#parts.loadHead(lane.chatId, concern);
      if (lane.dead) return;
      this.#decide(lane, head, concern);
    } catch (error) {
      await this.#later(lane, error, () => this.#decideAfresh(lane, concern));
    }
  }

  #queue(lane: Lane): void {
    this.#ready.push(lane);
    if (this.#pumping) return;
    this.#pumping = true;
    // What comes in within one turn goes out in one write.
    queueMicrotask(() => this.#pump());
  }

  #pump(): void {
    this.#pumping = false;
    while (this.#writes < this.#limits.writes && this.#ready.length > 0) {
      const batch = this.#ready.splice(0, this.#limits.batch).filter(({ dead }) => !dead);
      if (batch.length > 0) void this.#write(batch);
    }
  }

  async #write(lanes: Lane[]): Promise<void> {
    this.#writes += 1;
    const written = lanes.flatMap((lane) => {
      const entry = lane.waiting[0]?.entry;
      return entry ? [{ lane, entry }] : [];
    });
    const results = await this.#parts.writeEntries(written.map(({ entry }) => entry));
    this.#writes -= 1;
    for (const [index, { lane, entry }] of written.entries()) {
      const result = results[index] ?? "unknown";
      if (!lane.dead) this.#after(lane, entry, result);
      else if (result === "written") this.#parts.late.landed(entry);
      else if (result === "unknown") this.#parts.late.follow(entry.id);
    }
    this.#pump();
  }

  #after(lane: Lane, entry: Entry, written: Written): void {
    if (written === "written") return this.#appended(lane, entry);
    // A repeat says nothing of the head: when everybody sends again, as after an outage, it need not be read again.
    if (written === "sent-before") return void this.#afterSentBefore(lane, entry);
    this.#parts.heads.delete(lane.chatId);
    if (written === "place-taken") void this.#afterPlaceTaken(lane, entry);
    else void this.#afterUnknown(lane);
  }

  #appended(lane: Lane, entry: Entry): void {
    this.#parts.heads.set(lane.chatId, { seq: entry.seq, state: entry.state });
    this.#settle(lane, ({ resolve }) => resolve({ outcome: "appended", entry }));
  }

  /** Another writer was faster, or this very entry landed in an earlier try. */
  async #afterPlaceTaken(lane: Lane, entry: Entry): Promise<void> {
    try {
      const own = lane.waiting[0]?.uncertain ? await this.#parts.findEntry(entry.id) : null;
      if (lane.dead) return;
      if (own) this.#settle(lane, ({ resolve }) => resolve({ outcome: "appended", entry: own }));
      else await this.#decideAfresh(lane, "local");
    } catch (error) {
      await this.#later(lane, error, () => this.#afterPlaceTaken(lane, entry));
    }
  }

  async #afterSentBefore(lane: Lane, entry: Entry): Promise<void> {
    try {
      const original = await this.#parts.findSent(lane.chatId, entry.senderId, entry.clientMessageId ?? "");
      if (lane.dead) return;
      // Seen by the index and not yet by a majority: it may still be taken back, so it is asked for again.
      if (original === null) return await this.#afterUnknown(lane);
      const outcome = original.id === entry.id ? "appended" : "known";
      this.#settle(lane, ({ resolve }) => resolve({ outcome, entry: original }));
    } catch (error) {
      await this.#later(lane, error, () => this.#afterSentBefore(lane, entry));
    }
  }

  async #afterUnknown(lane: Lane): Promise<void> {
    const first = lane.waiting[0];
    if (first) first.uncertain = true;
    await this.#later(lane, undefined, async () => this.#queue(lane));
  }

  async #later(lane: Lane, error: unknown, again: () => Promise<void>): Promise<void> {
    const first = lane.waiting[0];
    if (lane.dead || first === undefined) return;
    if (error instanceof ChatError && error.code !== "unavailable") {
      return this.#settle(lane, ({ reject }) => reject(error));
    }
    first.failures += 1;
    await pause(Math.min(10 * 2 ** first.failures, longestPauseMs) * (0.5 + Math.random() / 2));
    if (!lane.dead) await again();
  }

  #expired({ chatId }: Lane, first: Waiting): void {
    this.#parts.heads.delete(chatId);
    if (first.uncertain && first.entry) this.#parts.late.follow(first.entry.id);
  }

  /** Answers the first of the lane and lets the next one begin. */
  #settle(lane: Lane, answer: (waiting: Waiting) => void): void {
    if (this.#lanes.answerFirst(lane, answer)) this.#begin(lane);
  }
}
