import { LRUCache } from "lru-cache";
import type { Head } from "../../chat/log/entry.ts";
import { gather } from "../../timing/gather.ts";

/** More chats than a node has connected people; a chat that is not kept costs a read. */
const mostKept = 20_000;

/** A position in a chat's log, and the id of the entry there. */
export type Heard = { chatId: string; seq: number; id: string };

/** `loadHeads`: the entries as heads, null for one that is not in its chat's log. */
type Parts = { loadHeads: (heard: Heard[]) => Promise<(Head | null)[]> };

/**
 * The heads of the chats that this process serves. They are hints, since other processes write as well. A kept head was
 * read from the log or written to it, and a majority has it. If another process reports a write, only the entry's id is
 * noted, and the entry is read from the log.
 */
export const createHeads = ({ loadHeads }: Parts) => {
  const kept = new LRUCache<string, Head>({ max: mostKept });
  const heard = new LRUCache<string, Heard>({ max: mostKept });
  const load = gather({ run: loadHeads, keyOf: ({ id }: Heard) => id, mostAtOnce: 500, mostUnderWay: 2 });

  const set = (chatId: string, head: Head): void => {
    kept.set(chatId, head);
    if ((heard.get(chatId)?.seq ?? Infinity) <= head.seq) heard.delete(chatId);
  };

  return {
    get: (chatId: string): Head | undefined => kept.get(chatId),
    set,
    /** Forgets a head that may be wrong; reports of other processes stay. */
    delete: (chatId: string): void => void kept.delete(chatId),
    /** Another process reports that it wrote this. */
    hear: ({ chatId, seq, id }: Heard): void => {
      const known = Math.max(kept.get(chatId)?.seq ?? 0, heard.get(chatId)?.seq ?? 0);
      if (seq > known) heard.set(chatId, { chatId, seq, id });
    },
    /** Whether another process reported an entry after the kept head. */
    isBehind: (chatId: string): boolean => heard.has(chatId),
    /** Reads the reported head from the log; undefined if none was reported. One query serves many chats. */
    catchUp: async (chatId: string): Promise<Head | undefined> => {
      const newest = heard.get(chatId);
      if (newest === undefined) return undefined;
      heard.delete(chatId);
      const head = await load(newest);
      if (head !== null) set(chatId, head);
      return head ?? undefined;
    },
  };
};
export type Heads = ReturnType<typeof createHeads>;
