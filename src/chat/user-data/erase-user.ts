import { settleAll } from "../../timing/settle-all.ts";
import type { ChatCards, Clock } from "../ports.ts";
import type { Reports } from "../reports.ts";
import type { EmptyChat } from "./empty-chat.ts";
import type { ErasurePlace, Erasures } from "./erasure.ts";
import type { ForgetReasons } from "./forget-reasons.ts";

/** The ids of the user's next chats after one, ascending; null: from the first. */
export type ChatsOfUser = (userId: string, after: string | null, limit: number) => Promise<string[]>;

/**
 * Takes a running erasure one step further: some chats, or the end of the pass. May be repeated. `onErased` is called with
 * each number of deleted messages.
 */
export type EraseStep = (place: ErasurePlace, signal: AbortSignal, onErased?: (count: number) => void) => Promise<void>;

type Parts = {
  erasures: Pick<Erasures, "found" | "move" | "endPass">;
  chatsOfUser: ChatsOfUser;
  emptyChat: EmptyChat;
  forgetReasons: ForgetReasons;
  cards: Pick<ChatCards, "facts">;
  reports: Pick<Reports, "forgetNotes">;
  /** Forgets the user's uploads that no message names. */
  forgetUnsent: (userId: string) => Promise<void>;
  now: Clock;
};

const chatsAtOnce = 4;

/**
 * Deletes what a user wrote, some chats at a time: messages, reasons as an owner, notes of reports. The place is saved
 * after them, and what was found at once; a process that goes on from the place finds in these chats only what is left.
 */
export const createEraseStep = (parts: Parts): EraseStep => {
  const { erasures, chatsOfUser, emptyChat, forgetReasons, cards, reports, forgetUnsent, now } = parts;

  /** @returns how many texts it deleted beside the messages */
  const eraseWords = async (chatId: string, userId: string): Promise<number> => {
    const facts = await cards.facts(chatId);
    const reasons = facts?.participants.ownerId === userId ? await forgetReasons(chatId) : 0;
    return reasons + (await reports.forgetNotes(chatId, userId));
  };

  return async (place, signal, onErased = () => undefined) => {
    const { userId } = place;
    const chatIds = await chatsOfUser(userId, place.after, chatsAtOnce);
    const last = chatIds.at(-1);
    if (last === undefined) {
      await forgetUnsent(userId);
      return erasures.endPass(place, now());
    }
    const onDeleted = async (count: number): Promise<void> => {
      onErased(count);
      await erasures.found(userId, count);
    };
    const eraseIn = async (chatId: string): Promise<void> => {
      await emptyChat({ chatId, senderId: userId, by: "erasure", onDeleted, signal });
      if ((await eraseWords(chatId, userId)) > 0) await erasures.found(userId, 0);
    };
    await settleAll(chatIds.map(eraseIn));
    await erasures.move(place, last);
  };
};
