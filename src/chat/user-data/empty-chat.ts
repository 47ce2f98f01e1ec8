import type { CardKeeper } from "../cards/card-keeper.ts";
import type { ChatCards } from "../ports.ts";
import type { DeleteGroup } from "./delete-group.ts";

/**
 * Messages of a chat that are not deleted yet. `senderId` null: of both people. `upTo`: the last seq; left out: the newest.
 */
export type Undeleted = { chatId: string; senderId: string | null; upTo?: number };

/** The seqs of the next messages after a seq, ascending. */
export type FindUndeleted = (messages: Undeleted & { after: number; limit: number }) => Promise<number[]>;

/**
 * `by` left out: the service deletes. `onDeleted` is awaited after each group of deletions. `signal` ends it between two
 * groups.
 */
export type EmptyRequest = Undeleted & {
  by?: "erasure";
  onDeleted: (count: number) => Promise<void>;
  signal: AbortSignal;
};

/** Deletes these messages. @throws the signal's reason, ChatError `unavailable`; may be repeated */
export type EmptyChat = (request: EmptyRequest) => Promise<void>;

type Parts = {
  deleteGroup: DeleteGroup;
  findUndeleted: FindUndeleted;
  cards: Pick<ChatCards, "find">;
  keeper: Pick<CardKeeper, "mend">;
};

/** A person who writes in the same chat waits for at most one write of so many entries. */
const groupSize = 50;
const shortestPauseMs = 20;
const longestPauseMs = 500;

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/**
 * Deletes messages in small groups, one after the other. Each group is followed by a pause as long as it took: a busy
 * database gets less of this work. At the end the card shows none of them: a process that died may have deleted the last
 * one and not have copied that.
 */
export const createEmptyChat = ({ deleteGroup, findUndeleted, cards, keeper }: Parts): EmptyChat => {
  const mendCard = async ({ chatId, senderId, upTo = Infinity }: Undeleted): Promise<void> => {
    const last = (await cards.find(chatId))?.lastMessage;
    if (!last || last.senderId === null || last.deleted || last.seq > upTo) return;
    if (senderId === null || senderId === last.senderId) await keeper.mend(chatId);
  };

  const deleteAll: EmptyChat = async ({ by, onDeleted, signal, ...messages }) => {
    for (let after = 0; ; ) {
      signal.throwIfAborted();
      const began = performance.now();
      const seqs = await findUndeleted({ ...messages, after, limit: groupSize });
      const last = seqs.at(-1);
      if (last === undefined) return;
      const { deleted, left } = await deleteGroup({ chatId: messages.chatId, seqs, by });
      if (deleted > 0) await onDeleted(deleted);
      const [again] = left;
      if (again === undefined && seqs.length < groupSize) return;
      after = again === undefined ? last : again - 1;
      await pause(Math.min(longestPauseMs, Math.max(shortestPauseMs, performance.now() - began)));
    }
  };

  return async (request) => {
    await deleteAll(request);
    await mendCard(request);
  };
};
