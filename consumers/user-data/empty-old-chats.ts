import type { Clock } from "../../src/chat/ports.ts";
import type { EmptyChat } from "../../src/chat/user-data/empty-chat.ts";
import type { OldestClosed } from "../../src/store/user-data/closed-chats.ts";
import type { Saved, Task } from "./one-holder.ts";

type Parts = {
  oldestClosed: OldestClosed;
  emptyChat: EmptyChat;
  /** How long a closed chat keeps its messages. */
  keptMs: number;
  saved: Saved;
  now: Clock;
};

const restMs = 60_000;

/** Empties the chats that have been closed for long enough, one after the other, the oldest first. */
export const createEmptyOldChats = ({ oldestClosed, emptyChat, keptMs, saved, now }: Parts): Task => ({
  name: "retention",
  restMs,
  run: async (signal) => {
    const chat = await oldestClosed({
      before: new Date(now().getTime() - keptMs),
      after: saved.get().emptied,
    });
    if (chat === null) return false;
    const { lastSeq, ...place } = chat;
    await emptyChat({ chatId: place.chatId, senderId: null, upTo: lastSeq, signal });
    saved.set({ emptied: place });
    return true;
  },
});
