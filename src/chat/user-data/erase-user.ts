import { settleAll } from "../../timing/settle-all.ts";
import type { Clock } from "../ports.ts";
import type { EmptyChat } from "./empty-chat.ts";
import type { ErasurePlace, Erasures } from "./erasure.ts";

/** The ids of the user's next chats after one, ascending; null: from the first. */
export type ChatsOfUser = (userId: string, after: string | null, limit: number) => Promise<string[]>;

/** Takes a running erasure one step further: some chats, or the end of the pass. May be repeated. */
export type EraseStep = (place: ErasurePlace, signal: AbortSignal) => Promise<void>;

type Parts = {
  erasures: Pick<Erasures, "move" | "endPass">;
  chatsOfUser: ChatsOfUser;
  emptyChat: EmptyChat;
  /** Forgets the user's uploads that no message names. */
  forgetUnsent: (userId: string) => Promise<void>;
  now: Clock;
};

const chatsAtOnce = 4;

/**
 * Deletes what a user sent, some chats at a time. The place is saved after them; a process that goes on from it finds in
 * these chats only what is left.
 */
export const createEraseStep =
  ({ erasures, chatsOfUser, emptyChat, forgetUnsent, now }: Parts): EraseStep =>
  async (place, signal) => {
    const { userId } = place;
    const chatIds = await chatsOfUser(userId, place.after, chatsAtOnce);
    const last = chatIds.at(-1);
    if (last === undefined) {
      await forgetUnsent(userId);
      return erasures.endPass(place, now());
    }
    const counts = await settleAll(
      chatIds.map((chatId) => emptyChat({ chatId, senderId: userId, by: "erasure", signal })),
    );
    await erasures.move(
      place,
      last,
      counts.reduce((sum, count) => sum + count, 0),
    );
  };
