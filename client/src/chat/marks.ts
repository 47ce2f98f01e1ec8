import { mayPass, pauseMs } from "../errors.ts";

export type MarkKind = "read" | "delivered";
type Wanted = {
  kind: MarkKind;
  chatId: string;
  wanted: number;
  sent: number;
  failures: number;
  timer?: ReturnType<typeof setTimeout> | undefined;
};

/** At most one mark a second of a chat. */
const gatherMs = 1_000;
/** Somebody who comes back to a hundred chats has received a hundred: the service limits what comes at once. */
const deliveredEveryMs = 100;

type Parts = {
  send: (kind: MarkKind, chatId: string, seq: number) => Promise<unknown>;
  /** Whether it may be sent now; `flush` asks again. */
  maySend: (kind: MarkKind, chatId: string) => boolean;
};

/**
 * How far this person has received and read, for the service. Of several marks the highest is sent; one that was not
 * confirmed is sent again.
 */
export class Marks {
  readonly #parts: Parts;
  readonly #marks = new Map<string, Wanted>();
  #deliveredAt = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  want(kind: MarkKind, chatId: string, seq: number): void {
    const mark = this.#marks.get(kind + chatId) ?? { kind, chatId, wanted: 0, sent: 0, failures: 0 };
    mark.wanted = Math.max(mark.wanted, seq);
    this.#marks.set(kind + chatId, mark);
    this.#flushOne(mark);
  }

  close(): void {
    for (const mark of this.#marks.values()) {
      clearTimeout(mark.timer);
      mark.timer = undefined;
    }
  }

  /** The connection is back, or the page is visible again. */
  flush(): void {
    for (const mark of this.#marks.values()) this.#flushOne(mark);
  }

  #flushOne(mark: Wanted): void {
    const { kind, chatId, wanted, sent, timer } = mark;
    if (timer || wanted <= sent || !this.#parts.maySend(kind, chatId)) return;
    const waitMs = kind === "delivered" ? this.#deliveredAt - Date.now() : 0;
    if (waitMs > 0) return this.#after(mark, waitMs);
    if (kind === "delivered") this.#deliveredAt = Date.now() + deliveredEveryMs;
    this.#after(mark, gatherMs);
    void this.#send(mark);
  }

  #after(mark: Wanted, waitMs: number): void {
    clearTimeout(mark.timer);
    mark.timer = setTimeout(() => {
      mark.timer = undefined;
      this.#flushOne(mark);
    }, waitMs);
  }

  async #send(mark: Wanted): Promise<void> {
    const { kind, chatId, wanted, sent } = mark;
    mark.sent = wanted;
    try {
      await this.#parts.send(kind, chatId, wanted);
      mark.failures = 0;
    } catch (thrown) {
      // A refused mark is not sent again.
      if (!mayPass(thrown)) return;
      mark.sent = Math.min(mark.sent, sent);
      this.#after(mark, pauseMs((mark.failures += 1), thrown));
    }
  }
}
