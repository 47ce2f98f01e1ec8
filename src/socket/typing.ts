import type { Broadcast } from "../chat/ports.ts";

/** How long typing counts without a word of it. */
const lastsMs = 7_000;

/**
 * Who of one socket's chats is being typed in. Ends by itself after seven seconds; what ends it sooner calls `end`.
 */
export const createTyping = (userId: string, broadcast: Pick<Broadcast, "typing">) => {
  const typing = new Map<string, { toUserId: string; timer: NodeJS.Timeout }>();

  const end = (chatId: string): void => {
    const known = typing.get(chatId);
    if (known === undefined) return;
    clearTimeout(known.timer);
    typing.delete(chatId);
    broadcast.typing({ chatId, userId, isTyping: false }, known.toUserId);
  };

  return {
    begin: (chatId: string, toUserId: string): void => {
      clearTimeout(typing.get(chatId)?.timer);
      typing.set(chatId, { toUserId, timer: setTimeout(() => end(chatId), lastsMs) });
      broadcast.typing({ chatId, userId, isTyping: true }, toUserId);
    },
    end,
    endAll: (): void => {
      for (const chatId of typing.keys()) end(chatId);
    },
  };
};
export type Typing = ReturnType<typeof createTyping>;
