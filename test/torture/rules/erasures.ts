import type { Attempt, History } from "../history.ts";
import { type Logs, named } from "./logs.ts";

const ackOf = (attempts: Attempt[]) => attempts.find((attempt) => attempt.outcome === "acked");

/**
 * (n) What a person sent before an erasure was requested is deleted, in its place. Nobody else's messages are erased.
 * (m) looks for the texts.
 */
export const erasedIsDeleted = ({ erasures, sends }: Pick<History, "erasures" | "sends">, logs: Logs): string[] => {
  const requested = new Map<string, number>();
  for (const { userId, start } of erasures) requested.set(userId, Math.max(start, requested.get(userId) ?? 0));
  const kept = sends.flatMap(({ userId, chatId, content, attempts }) => {
    const ack = ackOf(attempts);
    if (ack?.outcome !== "acked" || ack.end >= (requested.get(userId) ?? 0)) return [];
    if (logs.at(chatId, ack.seq)?.deleted) return [];
    return [`${named(content)} of ${userId}, ${ack.seq} of ${chatId}, was acked before the erasure and is not deleted`];
  });
  const others = logs.chatIds.flatMap((chatId) =>
    logs
      .of(chatId)
      .filter(({ deleted, senderId }) => deleted?.by === "erasure" && !requested.has(senderId ?? ""))
      .map(({ seq, senderId }) => `${seq} of ${chatId} was erased, and no erasure of ${senderId} was requested`),
  );
  return [...kept, ...others];
};
