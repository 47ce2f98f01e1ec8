import type { Message } from "../../../src/chat/log/entry.ts";

/**
 * What this device has of one chat's log, kept by seq: the same message heard twice is one, and order is seq's.
 * `upTo` is the end of the unbroken run that starts with the oldest entry here.
 *
 *     start([5, 6]), add(7), add(9)  →  upTo 7, hole: 8 is missing
 *     add(8)                         →  upTo 9, no hole
 */
export function createMessageLog() {
  const bySeq = new Map<number, Message>();
  let from: number | null = null;
  let upTo = 0;
  let highest = 0;

  const extend = (): void => {
    while (bySeq.has(upTo + 1)) upTo += 1;
  };

  return {
    /** Whether the first page is here; before that nothing can be called a hole. */
    get started(): boolean {
      return from !== null;
    },
    get upTo(): number {
      return upTo;
    },
    /** Seq of the oldest entry here; 1 where nothing is older. */
    get from(): number {
      return from ?? 1;
    },
    get hasHole(): boolean {
      return from !== null && highest > upTo;
    },
    /** The newest page, as a join answers it. */
    start(page: readonly Message[]): void {
      for (const message of page) this.add(message);
      from = page[0]?.seq ?? 1;
      upTo = Math.max(upTo, page.at(-1)?.seq ?? 0);
      extend();
    },
    /** A page that ends right before `from`. */
    addOlder(page: readonly Message[]): void {
      for (const message of page) this.add(message);
      from = page[0]?.seq ?? 1;
    },
    /** A page that follows `upTo`: what it leaves out is not there to be had. */
    addNewer(page: readonly Message[]): void {
      for (const message of page) this.add(message);
      upTo = Math.max(upTo, page.at(-1)?.seq ?? 0);
      extend();
    },
    /** Answers whether it was new. */
    add(message: Message): boolean {
      const isNew = !bySeq.has(message.seq);
      bySeq.set(message.seq, message);
      highest = Math.max(highest, message.seq);
      if (from !== null) extend();
      return isNew;
    },
    /** Everything from the oldest on, by seq, without what is recorded but not shown. */
    shown(): Message[] {
      return [...bySeq.values()]
        .filter((message) => message.seq >= (from ?? 1) && message.system?.silent !== true)
        .sort((a, b) => a.seq - b.seq);
    },
    hasClientMessageId(senderId: string, clientMessageId: string): boolean {
      return [...bySeq.values()].some((it) => it.senderId === senderId && it.clientMessageId === clientMessageId);
    },
  };
}

export type MessageLog = ReturnType<typeof createMessageLog>;
