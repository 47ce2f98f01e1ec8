import { setTimeout as pause } from "node:timers/promises";
import { ChatError } from "../../chat/errors.ts";
import type { Entry, Head } from "../../chat/log/entry.ts";
import type { Appended, Decision } from "../../chat/ports.ts";
import { growingPause } from "../../timing/growing-pause.ts";
import { type GroupCommitLimits, GroupCommits, type Run } from "./group-commits.ts";
import type { Heads } from "./heads.ts";
import type { Decide, Lane, Stamp, Waiting } from "./lane.ts";
import { type LaneLimits, Lanes } from "./lanes.ts";
import type { LateLandings } from "./late-landings.ts";
import type { WriteEntries, Written } from "./write-entries.ts";

type Parts = Stamp & {
  writeEntries: WriteEntries;
  /** The newest that stays, whichever member of the database is lost. */
  loadHead: (chatId: string) => Promise<Head>;
  findEntry: (id: string) => Promise<Entry | null>;
  findSent: (chatId: string, senderId: string | null, clientMessageId: string) => Promise<Entry | null>;
  /** Recent heads: hints, never the truth. */
  heads: Pick<Heads, "get" | "set" | "delete" | "isBehind" | "catchUp">;
  /** What becomes of entries whose senders have their answer already. */
  late: Pick<LateLandings, "landed" | "follow">;
  limits?: Partial<Limits>;
};

type Limits = LaneLimits & GroupCommitLimits;

const defaultLimits: Limits = {
  batch: 500,
  run: 100,
  writes: 3,
  waiting: 20_000,
  waitingInChat: 1_000,
  timeoutMs: 10_000,
};
/** Of the pause half is chance, so that lanes which failed together do not come again together. */
const pauseAfter = growingPause({ firstMs: 20, longestMs: 500 });
const jitter = (): number => 0.5 + Math.random() / 2;

/**
 * The order of appending: a lane per chat, and group commits across chats.
 *
 *     lane A: a1 a2 a3        while a write is under way, what comes waits;
 *     lane B: b1              the next ones take what has gathered in each lane:
 *     lane C: c1 c2           [b1], each for itself, and [a1 a2 a3 c1 c2], ordered
 *
 * An idle queue writes at once; a busy one writes larger groups. Several entries of one chat go in an ordered write,
 * which ends at the first that is refused: so a2 never lands without a1. A lane that was in a write which ended early
 * goes on with one entry at a time, each for itself, and with more as that succeeds.
 *
 * The two unique indexes decide what is true; the heads kept here only save a read. An entry is only ever written behind
 * one that stays, so that the loss of a primary cannot take what is before it.
 */
export class AppendQueue {
  readonly #parts: Parts;
  readonly #limits: Limits;
  readonly #lanes: Lanes;
  readonly #commits: GroupCommits;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#limits = { ...defaultLimits, ...parts.limits };
    this.#lanes = new Lanes({ limits: this.#limits, onExpired: (lane, expired) => this.#expired(lane, expired) });
    this.#commits = new GroupCommits({
      ...parts,
      limits: this.#limits,
      onWritten: (run, results) => this.#afterRun(run, results),
    });
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

  /** Gives the first of the lane its turn; does nothing where the lane is over. */
  #begin(lane: Lane): void {
    const { first } = lane;
    if (first === undefined) return;
    if (first.uncertain && first.entry) return void this.#afterPlaceTaken(lane, first.entry);
    const hint = this.#parts.heads.isBehind(lane.chatId) ? undefined : this.#parts.heads.get(lane.chatId);
    if (hint === undefined) void this.#decideAfresh(lane);
    else this.#decide(lane, hint, { isHint: true });
  }

  /** Asks the first of the lane what it wants in view of `head`; a refusal is not believed of a hint. */
  #decide(lane: Lane, head: Head, { isHint }: { isHint: boolean }): void {
    const decision = this.#ask(lane, head);
    if (decision === null) return;
    if (decision !== "nothing" && "append" in decision) {
      lane.draftFirst(head, decision.append, this.#parts);
      this.#commits.add(lane);
    } else if (isHint) {
      void this.#decideAfresh(lane);
    } else if (decision === "nothing") {
      this.#settle(lane, (waiting) => waiting.resolve({ outcome: "nothing", head }));
    } else {
      this.#settle(lane, (waiting) => waiting.reject(decision.refuse));
    }
  }

  /** The decision; null where there is none, or it failed: that is its caller's to hear and holds up nobody behind it. */
  #ask(lane: Lane, head: Head): Decision | null {
    try {
      return lane.first?.decide(head) ?? null;
    } catch (error) {
      this.#settle(lane, ({ reject }) => reject(error));
      return null;
    }
  }

  #decideAfresh(lane: Lane): Promise<void> {
    return this.#look(
      lane,
      () => this.#newest(lane.chatId),
      (newest) => this.#decide(lane, newest.head, newest),
    );
  }

  /** What was heard of the log, if anything was, else what it says itself. */
  async #newest(chatId: string): Promise<{ head: Head; isHint: boolean }> {
    const heard = await this.#parts.heads.catchUp(chatId).catch(() => undefined);
    return heard ? { head: heard, isHint: true } : { head: await this.#parts.loadHead(chatId), isHint: false };
  }

  /**
   * Asks the log something for the first of the lane, again with growing pauses while it does not answer. A lane that is
   * over when the answer comes needs it no more.
   */
  async #look<T>(lane: Lane, ask: () => Promise<T>, next: (answer: T) => void): Promise<void> {
    try {
      const answer = await ask();
      if (!lane.isOver) next(answer);
    } catch (error) {
      await this.#later(lane, error, () => this.#look(lane, ask, next));
    }
  }

  #afterRun({ lane, entries }: Run, results: Written[]): void {
    if (lane.isOver) return this.#afterOver(entries, results);
    const landed = results.findIndex((result) => result !== "written");
    const written = landed === -1 ? entries : entries.slice(0, landed);
    for (const entry of written)
      this.#lanes.answerFirst(lane, ({ resolve }) => resolve({ outcome: "appended", entry }));
    const last = written.at(-1);
    if (last) this.#parts.heads.set(lane.chatId, { seq: last.seq, state: last.state });
    const [refused, result] = [entries[written.length], results[written.length]];
    if (refused && result) return this.#afterRefused(lane, refused, result, results.slice(written.length));
    lane.runLanded();
    this.#begin(lane);
  }

  /** Those who sent these have been answered `unavailable`. */
  #afterOver(entries: Entry[], results: Written[]): void {
    for (const [index, entry] of entries.entries()) {
      if (results[index] === "written") this.#parts.late.landed(entry);
      if (results[index] === "unknown") this.#parts.late.follow(entry.id);
    }
  }

  /** `entry`, the first of the lane now, did not land as it was written; `results` are its and those behind it. */
  #afterRefused(lane: Lane, entry: Entry, written: Written, results: Written[]): void {
    lane.runEndedEarly(results);
    if (written === "not-tried") return this.#begin(lane);
    // A repeat says nothing of the head: when everybody sends again, as after an outage, it need not be read again.
    if (written === "sent-before") return void this.#afterSentBefore(lane, entry);
    this.#parts.heads.delete(lane.chatId);
    if (written === "place-taken") void this.#afterPlaceTaken(lane, entry);
    else void this.#afterUnknown(lane);
  }

  /** Another writer was faster, or this very entry landed in an earlier try. */
  #afterPlaceTaken(lane: Lane, entry: Entry): Promise<void> {
    const ownOrNewest = async () => {
      const own = lane.first?.uncertain ? await this.#parts.findEntry(entry.id) : null;
      return own ? { own } : { newest: await this.#newest(lane.chatId) };
    };
    return this.#look(lane, ownOrNewest, ({ own, newest }) => {
      if (own) return this.#settle(lane, ({ resolve }) => resolve({ outcome: "appended", entry: own }));
      // Who took the place waits for the majority itself, and may lose it again with the primary. Nothing is written
      // behind what may be taken back: it would stand behind a hole.
      if (newest.head.seq >= entry.seq) this.#decide(lane, newest.head, newest);
      else void this.#later(lane, undefined, () => this.#decideAfresh(lane));
    });
  }

  #afterSentBefore(lane: Lane, entry: Entry): Promise<void> {
    const { senderId, clientMessageId = "" } = entry;
    const findOriginal = () => this.#parts.findSent(lane.chatId, senderId, clientMessageId);
    return this.#look(lane, findOriginal, (original) => {
      // Seen by the index and not yet by a majority: it may still be taken back, so it is asked for again.
      if (original === null) return void this.#afterUnknown(lane);
      const outcome = original.id === entry.id ? "appended" : "known";
      this.#settle(lane, ({ resolve }) => resolve({ outcome, entry: original }));
    });
  }

  async #afterUnknown(lane: Lane): Promise<void> {
    lane.firstIsUncertain();
    await this.#later(lane, undefined, async () => this.#commits.add(lane));
  }

  async #later(lane: Lane, error: unknown, again: () => Promise<void>): Promise<void> {
    if (lane.isOver) return;
    if (error instanceof ChatError && error.code !== "unavailable") {
      return this.#settle(lane, ({ reject }) => reject(error));
    }
    await pause(pauseAfter(lane.firstFailed()) * jitter());
    if (!lane.isOver) await again();
  }

  #expired({ chatId }: Lane, expired: Readonly<Waiting>[]): void {
    this.#parts.heads.delete(chatId);
    for (const { uncertain, entry } of expired) if (uncertain && entry) this.#parts.late.follow(entry.id);
  }

  /** Answers the first of the lane and lets the next one begin. */
  #settle(lane: Lane, answer: (waiting: Readonly<Waiting>) => void): void {
    this.#lanes.answerFirst(lane, answer);
    this.#begin(lane);
  }
}
