import type { Clock } from "../../src/chat/ports.ts";
import type { EmptyChat } from "../../src/chat/user-data/empty-chat.ts";
import type { ForgetReasons } from "../../src/chat/user-data/forget-reasons.ts";
import type { OldestClosed } from "../../src/store/user-data/closed-chats.ts";
import type { Saved, Task } from "./one-holder.ts";

type Parts = {
  oldestClosed: OldestClosed;
  emptyChat: EmptyChat;
  forgetReasons: ForgetReasons;
  /** How long a closed chat keeps its messages. */
  keptMs: number;
  onDeleted: (count: number) => void;
  saved: Saved;
  now: Clock;
};

const restMs = 60_000;

/** Empties the chats that have been closed for long enough, one after the other, the oldest first. */
export const createEmptyOldChats = ({
  oldestClosed,
  emptyChat,
  forgetReasons,
  keptMs,
  onDeleted,
  saved,
  now,
}: Parts): Task => ({
  name: "retention",
  restMs,
  run: async (signal) => {
    const chat = await oldestClosed({
      before: new Date(now().getTime() - keptMs),
      after: saved.get().emptied,
    });
    if (chat === null) return false;
    const { lastSeq, ...place } = chat;
    await emptyChat({
      chatId: place.chatId,
      senderId: null,
      upTo: lastSeq,
      onDeleted: async (count) => onDeleted(count),
      signal,
    });
    await forgetReasons(place.chatId);
    saved.set({ emptied: place });
    return true;
  },
});
