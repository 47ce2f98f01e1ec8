import { ChatError } from "../chat/errors.ts";

type Most = {
  /** Tasks that run at once. */
  running: number;
  /** Tasks that wait for their turn; one more is refused. */
  waiting: number;
  /** Bytes held at once. A task may always begin if no bytes are held, whatever its size. */
  bytes?: number;
};

export type TurnLimits = {
  /** Limits per key. Beyond them the answer is `rate_limited`. */
  each: Most;
  /** Limits for all keys together. Beyond them the answer is `unavailable`. */
  all: Most;
  /**
   * A task that has waited this long is answered `rate_limited` if the key caused it: its tasks succeed but are too many,
   * or its client does not read the results. Otherwise, for example while the database is away, it is answered
   * `unavailable`.
   */
  longestWaitMs: number;
  /** After a task, its slot stays taken for as long as its bytes take at this rate, so that other work gets the process. */
  bytesPerS?: number;
};

export type Wish = {
  key: string;
  /** Bytes held from the beginning of the task until `free`. */
  bytes?: number;
  /** Whether nobody needs the task any more. */
  isGone?: () => boolean;
  /** Makes the holder release its bytes: called if others need them and the task itself is over. */
  end?: () => void;
};

/**
 * A turn that was given. Call `settle` when the task is over, then `free` when its result is no longer held. `bytes`: the
 * size of the result, null if the task failed.
 */
export type Turn = { settle: (bytes: number | null) => void; free: () => void };

type Waiter = Wish & { since: number; resolve: (turn: Turn) => void; reject: (error: ChatError) => void };
/** `served`: when its last task succeeded. `held`: how many bytes its client has not read yet. */
type Share = { key: string; running: number; bytes: number; held: number; served: number; waiting: Waiter[] };
type Held = { since: number; end: () => void };

const sweepMs = 250;
const retryAfterMs = 1_000;
/**
 * If no task of a key succeeded within this time, the key does not wait for its own tasks. Half of the usual wait, since a
 * busy process may take a second or two for a task.
 */
const goesWellMs = 2_500;
/** A slow client has at least this long to read its answer, however many others wait. */
const endedAfterMs = 2_000;

const fits = (most: Most, { running, bytes }: Pick<Share, "running" | "bytes">, wanted: number): boolean =>
  running < most.running && (most.bytes === undefined || bytes === 0 || bytes + wanted <= most.bytes);

const newShare = (key: string): Share => ({ key, running: 0, bytes: 0, held: 0, served: 0, waiting: [] });

/**
 * Gives turns to tasks, with limits on running and waiting tasks per key and in total. Waiting keys are served
 * round-robin, so a key with many tasks delays only its own:
 *
 *     a: a1 a2 a3 a4 …      with two per key and three in total at once, a1 a2 b1 run;
 *     b: b1                 when one ends, c1 is next, and then a task of a again
 *     c: c1
 */
export class FairTurns {
  readonly #limits: TurnLimits;
  readonly #shares = new Map<string, Share>();
  /** The shares with waiting tasks; the one that has waited longest for a turn comes first. */
  readonly #queue = new Set<Share>();
  /** Bytes still held after their task, the oldest first. */
  readonly #held = new Set<Held>();
  readonly #all = { running: 0, bytes: 0, waiting: 0 };
  #sweep: NodeJS.Timeout | undefined;

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /** What is under way, for metrics. `bytes`: reserved or held until they are written out. */
  get load(): Readonly<{ running: number; bytes: number; waiting: number }> {
    return this.#all;
  }

  /** @throws ChatError `rate_limited`, `unavailable` */
  take(wish: Wish): Promise<Turn> {
    const share = this.#shares.get(wish.key) ?? newShare(wish.key);
    if (share.waiting.length === 0 && this.#fits(share, wish)) {
      this.#shares.set(wish.key, share);
      return Promise.resolve(this.#give(share, wish));
    }
    return new Promise((resolve, reject) => {
      if (share.waiting.length >= this.#limits.each.waiting) throw new ChatError("rate_limited", { retryAfterMs });
      if (this.#all.waiting >= this.#limits.all.waiting) throw new ChatError("unavailable", { retryAfterMs });
      this.#shares.set(wish.key, share);
      share.waiting.push({ ...wish, since: Date.now(), resolve, reject });
      this.#queue.add(share);
      this.#all.waiting += 1;
      this.#sweep ??= setInterval(() => this.#look(), sweepMs).unref();
    });
  }

  #fits(share: Share, { bytes = 0 }: Wish): boolean {
    return fits(this.#limits.all, this.#all, bytes) && fits(this.#limits.each, share, bytes);
  }

  #give(share: Share, { bytes = 0, end }: Wish): Turn {
    const held: Held = { since: 0, end: end ?? (() => undefined) };
    const { bytesPerS = Infinity } = this.#limits;
    let [holds, isOver, isFree] = [0, false, false];
    const hold = (now: number): void => {
      share.bytes += now - holds;
      this.#all.bytes += now - holds;
      holds = now;
    };
    const run = (by: 1 | -1): void => {
      share.running += by;
      this.#all.running += by;
    };
    hold(bytes);
    run(1);
    return {
      settle: (made) => {
        if (isOver) return;
        isOver = true;
        const actual = made ?? 0;
        if (made !== null) share.served = Date.now();
        hold(actual);
        share.held += actual;
        held.since = Date.now();
        if (actual > 0) this.#held.add(held);
        const release = (): void => {
          run(-1);
          this.#next(share);
        };
        const restMs = Math.floor((actual / bytesPerS) * 1_000);
        if (restMs === 0) release();
        else setTimeout(release, restMs).unref();
      },
      free: () => {
        if (isFree) return;
        isFree = true;
        if (isOver) share.held -= holds;
        hold(0);
        this.#held.delete(held);
        this.#next(share);
      },
    };
  }

  /** Gives turns to the tasks that fit now. */
  #next(changed?: Share): void {
    if (changed) this.#forget(changed);
    for (const share of this.#queue) {
      if (this.#all.running >= this.#limits.all.running) break;
      this.#serve(share);
    }
    if (this.#queue.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }

  #forget({ key, running, bytes, waiting }: Share): void {
    if (running === 0 && bytes === 0 && waiting.length === 0) this.#shares.delete(key);
  }

  /** Serves the first task of a share, and moves the share to the end of the queue. */
  #serve(share: Share): void {
    const first = share.waiting[0];
    if (first === undefined) return void this.#queue.delete(share);
    if (first.isGone?.() === true) {
      this.#shift(share);
      first.reject(new ChatError("unavailable", { retryAfterMs }));
    } else if (this.#fits(share, first)) {
      this.#shift(share);
      first.resolve(this.#give(share, first));
    }
  }

  #shift(share: Share): void {
    share.waiting.shift();
    this.#all.waiting -= 1;
    this.#queue.delete(share);
    // An iteration over a Set also visits items added during it, after all others: the intended order.
    if (share.waiting.length > 0) this.#queue.add(share);
    else this.#forget(share);
  }

  /** Answers the tasks that have waited too long, and makes room. */
  #look(): void {
    const before = Date.now() - this.#limits.longestWaitMs;
    for (const share of this.#queue) {
      while ((share.waiting[0]?.since ?? Infinity) <= before) {
        const isOwn = share.held > 0 || share.served > Date.now() - goesWellMs;
        share.waiting[0]?.reject(new ChatError(isOwn ? "rate_limited" : "unavailable", { retryAfterMs }));
        this.#shift(share);
      }
    }
    this.#makeRoom();
    this.#next();
  }

  /** If no task fits any more, ends the client that has not read its answer for the longest time. */
  #makeRoom(): void {
    const { bytes } = this.#limits.all;
    const wanted = this.#queue.values().next().value?.waiting[0]?.bytes ?? 0;
    if (bytes === undefined || this.#all.bytes + wanted <= bytes) return;
    const [oldest] = this.#held;
    if (oldest && oldest.since <= Date.now() - endedAfterMs) oldest.end();
  }
}
