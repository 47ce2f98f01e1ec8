export type MarkKind = "read" | "delivered";
type Wanted = { kind: MarkKind; chatId: string; wanted: number; sent: number; timer?: unknown };

/** At most one mark a second of a chat. */
const gatherMs = 1_000;

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

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  want(kind: MarkKind, chatId: string, seq: number): void {
    const mark = this.#marks.get(kind + chatId) ?? { kind, chatId, wanted: 0, sent: 0 };
    mark.wanted = Math.max(mark.wanted, seq);
    this.#marks.set(kind + chatId, mark);
    this.#flushOne(mark);
  }

  /** The connection is back, or the page is visible again. */
  flush(): void {
    for (const mark of this.#marks.values()) this.#flushOne(mark);
  }

  #flushOne(mark: Wanted): void {
    const { send, maySend } = this.#parts;
    const { kind, chatId, wanted, sent, timer } = mark;
    if (timer || wanted <= sent || !maySend(kind, chatId)) return;
    mark.sent = wanted;
    send(kind, chatId, wanted).catch(() => {
      mark.sent = sent;
    });
    mark.timer = setTimeout(() => {
      mark.timer = undefined;
      this.#flushOne(mark);
    }, gatherMs);
  }
}
