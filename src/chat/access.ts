import { ChatError } from "./errors.ts";
import { isChatId } from "./ids.ts";
import type { ChatCards, ChatFacts, Turns } from "./ports.ts";
import { type Role, roleOf } from "./roles.ts";

export type Access = { facts: ChatFacts; role: Role };
export type RequireParticipant = (chatId: string, userId: string) => Promise<Access>;

type Parts = {
  cards: Pick<ChatCards, "knownFacts" | "findFacts">;
  /** For look-ups of chats that are not in memory. */
  lookUps: Turns;
};

/**
 * Outsiders get the same `chat_not_found` as for an unknown id, so nobody can find out which ids exist. Memory answers
 * only participants. For everybody else, another person's chat and an unknown id cost the same query in the caller's own
 * chats. No refusal is cached, so a chat that another node made a moment ago is found.
 * @throws ChatError `chat_not_found`; `rate_limited`, `unavailable` beyond the limit on look-ups
 */
export const createRequireParticipant =
  ({ cards, lookUps }: Parts): RequireParticipant =>
  async (askedId, userId) => {
    if (!isChatId(askedId)) throw new ChatError("chat_not_found");
    const chatId = askedId.toLowerCase();
    const facts =
      cards.knownFacts(chatId, userId) ?? (await lookUps.run(userId, () => cards.findFacts(chatId, userId)));
    const role = facts && roleOf(facts.participants, userId);
    if (facts === null || role === null) throw new ChatError("chat_not_found");
    return { facts, role };
  };
