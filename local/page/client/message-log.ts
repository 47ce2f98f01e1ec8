import type { Message } from "../../../src/chat/log/entry.ts";
import { afterChange, changeIn } from "./changed.ts";
import { shownAs } from "./shown-as.ts";

const shownFrom = (bySeq: Map<number, Message>, from: number): Message[] =>
  [...bySeq.values()]
    .filter((message) => message.seq >= from && shownAs(message) !== "nothing")
    .sort((a, b) => a.seq - b.seq);

const hasId = (bySeq: Map<number, Message>, senderId: string, clientMessageId: string): boolean =>
  [...bySeq.values()].some((it) => it.senderId === senderId && it.clientMessageId === clientMessageId);

/** Messages by seq, each as the known changes of it say. A message and its changes may come in any order. */
function createShownMessages() {
  const bySeq = new Map<number, Message>();
  /** Ascending by seq. */
  const changesOf = new Map<number, Message[]>();
  const put = (message: Message): void => {
    bySeq.set(message.seq, (changesOf.get(message.seq) ?? []).reduce(afterChange, message));
    const target = changeIn(message)?.target;
    if (target === undefined) return;
    const others = (changesOf.get(target) ?? []).filter(({ seq }) => seq !== message.seq);
    changesOf.set(
      target,
      [...others, message].sort((a, b) => a.seq - b.seq),
    );
    const changed = bySeq.get(target);
    if (changed !== undefined) put(changed);
  };
  return { bySeq, put };
}

/**
 * The part of a chat's log that this device has, by seq: a repeated message is stored once, and seq is the order.
 * `upTo` is the end of the unbroken run that starts with the oldest entry.
 *
 *     start([5, 6]), add(7), add(9)  →  upTo 7, hole: 8 is missing
 *     add(8)                         →  upTo 9, no hole
 */
export function createMessageLog() {
  const { bySeq, put } = createShownMessages();
  let from: number | null = null;
  let upTo = 0;
  let highest = 0;

  const extend = (): void => {
    while (bySeq.has(upTo + 1)) upTo += 1;
  };

  return {
    /** Whether the first page has been loaded; before that there are no holes. */
    get started(): boolean {
      return from !== null;
    },
    get upTo(): number {
      return upTo;
    },
    /** Seq of the oldest loaded entry; 1 if there is no older one. */
    get from(): number {
      return from ?? 1;
    },
    get hasHole(): boolean {
      return from !== null && highest > upTo;
    },
    /** Adds the newest page, which a join returns. */
    start(page: readonly Message[]): void {
      this.addNewer(page);
      from = page[0]?.seq ?? 1;
    },
    /** Adds a page that ends right before `from`. */
    addOlder(page: readonly Message[]): void {
      for (const message of page) this.add(message);
      from = page[0]?.seq ?? 1;
    },
    /** Adds a page that follows `upTo`. Entries that are missing in it do not exist. */
    addNewer(page: readonly Message[]): void {
      for (const message of page) this.add(message);
      upTo = Math.max(upTo, page.at(-1)?.seq ?? 0);
      extend();
    },
    /** Returns whether the entry was new. */
    add(message: Message): boolean {
      const isNew = !bySeq.has(message.seq);
      put(message);
      highest = Math.max(highest, message.seq);
      if (from !== null) extend();
      return isNew;
    },
    /** Replaces a message with what it is now. One that is not loaded yet comes with its page. */
    change(message: Message): void {
      if (bySeq.has(message.seq)) put(message);
    },
    /** All entries by seq, without the silent ones. */
    shown: (): Message[] => shownFrom(bySeq, from ?? 1),
    hasClientMessageId: (senderId: string, clientMessageId: string): boolean => hasId(bySeq, senderId, clientMessageId),
  };
}

export type MessageLog = ReturnType<typeof createMessageLog>;
