import type { History } from "./history.ts";

type Wish = { userId: string; chatId: string; back: number };

/** The seq of an own acked message of a chat, which can be changed; `back`: how many of those are newer. */
export const ownAcked = ({ sends }: History, { userId, chatId, back }: Wish): number | undefined => {
  const seqs = sends.flatMap((send) => {
    const attempt = send.attempts.at(-1);
    const isOwn = send.userId === userId && send.chatId === chatId && send.clientMessageId !== null;
    return isOwn && attempt?.outcome === "acked" ? [attempt.seq] : [];
  });
  return seqs.at(-1 - back);
};
