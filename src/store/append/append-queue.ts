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
  /** The newest head that a majority has. */
  loadHead: (chatId: string) => Promise<Head>;
  findEntry: (id: string) => Promise<Entry | null>;
  findSent: (chatId: string, senderId: string | null, clientMessageId: string) => Promise<Entry | null>;
  /** The entry whose attachment is this upload. */
  findWithUpload: (chatId: string, uploadId: string) => Promise<Entry | null>;
  /** Recent heads: hints, never the truth. */
  heads: Pick<Heads, "get" | "set" | "delete" | "isBehind" | "catchUp">;
  /** Follows entries whose senders were already answered. */
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
 *     lane A: a1 a2 a3        during a write, new sends wait;
 *     lane B: b1              the next writes take what has gathered in each lane:
 *     lane C: c1 c2           [b1], unordered, and [a1 a2 a3 c1 c2], ordered
 *
 * An idle queue writes at once; a busy one writes larger groups. Several entries of one chat go into an ordered write,
 * which ends at the first refused entry: so a2 is never stored without a1. After a write that ended early, a lane
 * continues with one entry at a time in unordered writes, and with more as that succeeds.
 *
 * The unique indexes decide; the heads kept here only save a read. An entry is written only after one that a majority
 * has, so that the loss of a primary cannot remove the entry before it.
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

  /** Lets the first send of the lane decide on the basis of `head`; a refusal counts only if the head is not a hint. */
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

  /** The decision; null if there is none, or if it threw: its caller gets the error, and later sends are not delayed. */
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

  /** The head that another process reported, read from the log, or else the newest one in the log. */
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

  /** The senders of these entries were answered `unavailable`. */
  #afterOver(entries: Entry[], results: Written[]): void {
    for (const [index, entry] of entries.entries()) {
      if (results[index] === "written") this.#parts.late.landed(entry);
      if (results[index] === "unknown") this.#parts.late.follow(entry.id);
    }
  }

  /** `entry`, the first of the lane, was not stored by this write; `results` are its own and those of the entries after it. */
  #afterRefused(lane: Lane, entry: Entry, written: Written, results: Written[]): void {
    lane.runEndedEarly(results);
    if (written === "not-tried") return this.#begin(lane);
    // A repeat does not mean that the head is stale: after an outage, when every client repeats, it need not be read again.
    if (written === "sent-before" || written === "upload-used")
      return void this.#afterKnown(lane, entry, () => this.#findOriginal(entry, written));
    this.#parts.heads.delete(lane.chatId);
    if (written === "place-taken") void this.#afterPlaceTaken(lane, entry);
    else void this.#afterUnknown(lane);
  }

  /** Another writer was faster, or an earlier try stored this very entry. */
  #afterPlaceTaken(lane: Lane, entry: Entry): Promise<void> {
    const ownOrNewest = async () => {
      const own = lane.first?.uncertain ? await this.#parts.findEntry(entry.id) : null;
      return own ? { own } : { newest: await this.#newest(lane.chatId) };
    };
    return this.#look(lane, ownOrNewest, ({ own, newest }) => {
      if (own) return this.#settle(lane, ({ resolve }) => resolve({ outcome: "appended", entry: own }));
      // The entry at this place may not have a majority yet, and can be lost with the primary. Nothing is written after
      // an entry that can be lost: it would follow a hole.
      if (newest.head.seq >= entry.seq) this.#decide(lane, newest.head, newest);
      else void this.#later(lane, undefined, () => this.#decideAfresh(lane));
    });
  }

  /** The entry in the log that has the clientMessageId, or the upload, of `entry`. */
  #findOriginal(
    { chatId, senderId, clientMessageId = "", attachment }: Entry,
    why: "sent-before" | "upload-used",
  ): Promise<Entry | null> {
    if (why === "sent-before") return this.#parts.findSent(chatId, senderId, clientMessageId);
    return this.#parts.findWithUpload(chatId, attachment && "id" in attachment ? attachment.id : "");
  }

  #afterKnown(lane: Lane, entry: Entry, findOriginal: () => Promise<Entry | null>): Promise<void> {
    return this.#look(lane, findOriginal, (original) => {
      // The index has it, but no majority yet: it can still be lost, so ask again.
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

  /** Answers the first send of the lane and starts the next one. */
  #settle(lane: Lane, answer: (waiting: Readonly<Waiting>) => void): void {
    this.#lanes.answerFirst(lane, answer);
    this.#begin(lane);
  }
}
