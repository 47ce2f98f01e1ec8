import { LRUCache } from "lru-cache";
import type { Head } from "../../chat/log/entry.ts";
import { gather } from "../../timing/gather.ts";

/** More chats than one node has people connected; one that is not kept costs a read. */
const mostKept = 20_000;

/** A place in a chat's log, and the id of the entry there. */
export type Heard = { chatId: string; seq: number; id: string };

/** `loadHeads`: the heads that these entries are, null for one that is not in its chat's log. */
type Parts = { loadHeads: (heard: Heard[]) => Promise<(Head | null)[]> };

/**
 * The heads of the chats that this process serves: hints, never the truth, since others write as well. What is kept was
 * read from the log or written to it, and a majority has it; of what others say they wrote only its id is taken, and the
 * log is asked.
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
    /** Forgets a head that may be wrong; what was heard of meanwhile stays. */
    delete: (chatId: string): void => void kept.delete(chatId),
    /** Another process says that it wrote this. */
    hear: ({ chatId, seq, id }: Heard): void => {
      const known = Math.max(kept.get(chatId)?.seq ?? 0, heard.get(chatId)?.seq ?? 0);
      if (seq > known) heard.set(chatId, { chatId, seq, id });
    },
    /** Whether somebody was heard of who wrote behind the head that is kept. */
    isBehind: (chatId: string): boolean => heard.has(chatId),
    /** The head that was heard of, as it stands in the log; undefined where none was. Chats are asked for together. */
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
