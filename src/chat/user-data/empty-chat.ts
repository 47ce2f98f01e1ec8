import type { ChangeMessage } from "../acts/change-message.ts";

/**
 * Messages of a chat that are not deleted yet. `senderId` null: of both people. `upTo`: the last seq; left out: the newest.
 */
export type Undeleted = { chatId: string; senderId: string | null; upTo?: number };

/** The seqs of the next messages after a seq, ascending. */
export type FindUndeleted = (messages: Undeleted & { after: number; limit: number }) => Promise<number[]>;

/** `by` left out: the service deletes. `signal` ends it between two messages. */
export type EmptyRequest = Undeleted & { by?: "erasure"; signal: AbortSignal };

/** Deletes these messages. @returns how many @throws the signal's reason, ChatError `unavailable`; may be repeated */
export type EmptyChat = (request: EmptyRequest) => Promise<number>;

type Parts = {
  changeMessage: ChangeMessage;
  findUndeleted: FindUndeleted;
};

const atOnce = 200;
const longestPauseMs = 100;

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/**
 * Deletes messages as a person does, each with an entry of its own, one after the other. Each deletion is followed by a
 * pause as long as it took: a busy database gets less of this work.
 */
export const createEmptyChat = ({ changeMessage, findUndeleted }: Parts): EmptyChat => {
  const erase = async (chatId: string, seq: number, by: EmptyRequest["by"]): Promise<void> => {
    const began = performance.now();
    await changeMessage({
      chatId,
      seq,
      senderId: null,
      event: "message_deleted",
      ...(by && { by }),
      content: "",
      isNeeded: ({ deleted }) => deleted === undefined,
    });
    await pause(Math.min(longestPauseMs, performance.now() - began));
  };

  return async ({ by, signal, ...messages }) => {
    let count = 0;
    for (let after = 0; ; ) {
      const seqs = await findUndeleted({ ...messages, after, limit: atOnce });
      for (const seq of seqs) {
        signal.throwIfAborted();
        await erase(messages.chatId, seq, by);
        count += 1;
      }
      after = seqs.at(-1) ?? after;
      if (seqs.length < atOnce) return count;
    }
  };
};
