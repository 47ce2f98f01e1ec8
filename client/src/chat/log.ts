import type { Message } from "../wire.ts";
import { afterChange, changeIn } from "./changes.ts";

export type Log = ReturnType<typeof createLog>;

const bySeqAscending = (one: Message, other: Message): number => one.seq - other.seq;

/**
 * The part of a chat's log that is here, by seq: an entry that comes twice is stored once, and seq is the order.
 *
 *     start([5, 6]), add(7), add(9)  →  upTo 7, hole: 8 is missing
 *     add(8)                         →  upTo 9, no hole
 */
export const createLog = () => {
  let [from, upTo, highest] = [0, 0, 0];
  const bySeq = new Map<number, Message>();
  /** The changes that are here, by their target, ascending. They may come before it. */
  const changesOf = new Map<number, Message[]>();

  const put = (message: Message): void => {
    const { seq: place, editedAt = "" } = message;
    // It has those that are older than its last one already.
    const newer = (changesOf.get(place) ?? []).filter(({ createdAt }) => createdAt >= editedAt);
    bySeq.set(place, newer.reduce(afterChange, message));
    const target = changeIn(message)?.target;
    if (!target) return;
    const others = (changesOf.get(target) ?? []).filter(({ seq }) => seq !== place);
    changesOf.set(target, [...others, message].sort(bySeqAscending));
    const changed = bySeq.get(target);
    if (changed) put(changed);
  };
  const add = (message: Message): void => {
    put(message);
    highest = Math.max(highest, message.seq);
    grow();
  };
  const grow = (): void => {
    if (!from) return;
    while (bySeq.has(from - 1)) from -= 1;
    while (bySeq.has(upTo + 1)) upTo += 1;
  };
  /** Begins with the newest page, as a join answers it; with its unbroken end, if it has a hole. */
  const start = (page: readonly Message[]): void => {
    upTo = page.at(-1)?.seq ?? 0;
    from = upTo || 1;
    page.forEach(add);
  };
  /** All entries that are here, in their order, behind a hole as well. */
  const entries = (): Message[] =>
    from ? [...bySeq.values()].filter(({ seq }) => seq >= from).sort(bySeqAscending) : [];
  return {
    /** Seq of the oldest entry that is here; 0 before the first page. */
    from: () => from,
    /** The end of the unbroken run that begins there. */
    upTo: () => upTo,
    hasHole: () => from > 0 && highest > upTo,
    start,
    add,
    /** Adds the page before `from`, as far as it is unbroken. */
    addOlder: (page: readonly Message[]) => page.forEach(add),
    /** Replaces a message with what it is now. One that is not here comes with its page. */
    change: (message: Message) => bySeq.has(message.seq) && put(message),
    entries,
    /** Keeps the newest `count` entries alone. */
    trim: (count: number) => {
      const kept = entries().filter(({ seq }) => seq > upTo - count && seq <= upTo);
      from = upTo = highest = 0;
      bySeq.clear();
      changesOf.clear();
      if (kept.length > 0) start(kept);
    },
  };
};
