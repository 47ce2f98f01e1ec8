import { LRUCache } from "lru-cache";
import type { Entry } from "../../src/chat/log/entry.ts";
import type { ChatLog } from "../../src/chat/ports.ts";
import type { ErasedUser } from "../../src/chat/user-data/erasure.ts";
import type { Change } from "../../src/store/relay/change-feed.ts";
import type { WalkPlace } from "../../src/store/relay/relay-lease.ts";
import type { RelayScan, ScannedCard } from "../../src/store/relay/relay-scan.ts";
import type { DescribeChanges } from "./describe-changes.ts";
import type { PublishEvents } from "./event-publisher.ts";

type Parts = {
  scan: RelayScan;
  log: Pick<ChatLog, "page">;
  describe: DescribeChanges;
  publish: PublishEvents;
  /** Handles published entries afterwards: their cards, and their unread notices. */
  lookAfter: (entries: Entry[]) => Promise<void>;
};

/** Continues a walk from `begun` to its end; `onProgress` gets each place up to which everything is published, and null at the end. */
export type WalkLog = (
  begun: WalkPlace,
  onProgress: (place: WalkPlace | null) => void,
  ends: AbortSignal,
) => Promise<void>;

const pageSize = 200;
const entriesAtOnce = 1_000;
const cardsAtOnce = 200;
const chatsAtOnce = 20;
const chatsKept = 100_000;

/**
 * Publishes from the stored data what the change stream no longer has. With a time: the entries since then, found by
 * their ids, then the marks since then. Without a time: every chat from its first entry. A chat's entries are published
 * in order, from the first one found to the newest; repeats have the same ids as before.
 */
export const createWalkLog = ({ scan, log, describe, publish, lookAfter }: Parts): WalkLog => {
  /** Publishes a chat's log from a seq on. @returns the newest published entry */
  const publishChat = async (chatId: string, fromSeq: number, ends: AbortSignal): Promise<Entry | undefined> => {
    let newest: Entry | undefined;
    for (let hasMore = true; hasMore; ) {
      ends.throwIfAborted();
      const page = await log.page(chatId, { after: newest?.seq ?? fromSeq - 1, limit: pageSize });
      await publish(await describe(page.entries.map((entry) => ({ kind: "entry", entry }))), ends);
      newest = page.entries.at(-1) ?? newest;
      hasMore = page.hasMore;
    }
    return newest;
  };

  const publishChats = async (chats: [chatId: string, fromSeq: number][], ends: AbortSignal): Promise<Entry[]> => {
    const newest = await inGroups(chats, ([chatId, fromSeq]) => publishChat(chatId, fromSeq, ends));
    const entries = newest.flatMap((entry) => entry ?? []);
    await lookAfter(entries);
    return entries;
  };

  const entriesPage = async (after: string, publishedUpTo: LRUCache<string, number>, ends: AbortSignal) => {
    const entries = await scan.entriesAfter(after, entriesAtOnce);
    const from = new Map<string, number>();
    for (const { chatId, seq } of entries) from.set(chatId, Math.min(seq, from.get(chatId) ?? seq));
    const unpublished = [...from].filter(([chatId, seq]) => seq > (publishedUpTo.get(chatId) ?? 0));
    for (const { chatId, seq } of await publishChats(unpublished, ends)) publishedUpTo.set(chatId, seq);
    return entries.at(-1)?.id ?? null;
  };

  const cardsPage = async (after: string | null, since: Date | null, ends: AbortSignal) => {
    const cards = await scan.cardsAfter(after, cardsAtOnce);
    // The time when its people came is not stored, so a chat that a cancellation made is published as a whole.
    const whole = cards.filter(({ cancelledFirst }) => since === null || cancelledFirst).map(({ card }) => card.id);
    await publishChats(whole.map(fromTheFirst), ends);
    await publish(await describe(await besideTheLog(scan, cards, since)), ends);
    return cards.at(-1)?.card.id ?? null;
  };

  return async (begun, onProgress, ends) => {
    const publishedUpTo = new LRUCache<string, number>({ max: chatsKept });
    let place = begun;
    for (;;) {
      ends.throwIfAborted();
      const { phase, since, after } = place;
      const last =
        phase === "entries" && since !== null
          ? await entriesPage(after ?? scan.idAt(since), publishedUpTo, ends)
          : await cardsPage(after, since, ends);
      if (last !== null) place = { ...place, after: last };
      else if (phase === "entries") place = { phase: "cards", since, after: null };
      else break;
      onProgress(place);
    }
    await publishErasures({ scan, describe, publish }, place.since, ends);
    onProgress(null);
  };
};

/** The marks and the reports of these chats since a time; null: all. */
const besideTheLog = async (
  scan: Pick<RelayScan, "reportsOf">,
  cards: ScannedCard[],
  since: Date | null,
): Promise<Change[]> => {
  const chatIds = cards.map(({ card }) => card.id);
  const receipts = cards.flatMap((card) => card.receipts.filter(({ at }) => since === null || at >= since));
  const reports = await scan.reportsOf(chatIds, since);
  return [
    ...receipts.map((receipt) => ({ kind: "receipt" as const, receipt })),
    ...reports.map((report) => ({ kind: "report" as const, report })),
  ];
};

/** Publishes the erasures that ended since a time; null: all. */
const publishErasures = async (
  { scan, describe, publish }: Pick<Parts, "scan" | "describe" | "publish">,
  since: Date | null,
  ends: AbortSignal,
): Promise<void> => {
  for (let after: string | null = null; ; ) {
    const users: ErasedUser[] = await scan.erasedUsers(after, since, cardsAtOnce);
    await publish(await describe(users.map((erased) => ({ kind: "erased", erased }))), ends);
    after = users.at(-1)?.userId ?? null;
    if (after === null) return;
  }
};

const fromTheFirst = (chatId: string): [chatId: string, fromSeq: number] => [chatId, 1];

const inGroups = async <T, R>(items: T[], work: (item: T) => Promise<R>): Promise<R[]> => {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += chatsAtOnce) {
    results.push(...(await Promise.all(items.slice(start, start + chatsAtOnce).map(work))));
  }
  return results;
};
