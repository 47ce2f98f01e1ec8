import { ChatError } from "./errors.ts";
import { isChatId } from "./ids.ts";
import type { ChatCards, ChatFacts, Turns } from "./ports.ts";
import { type Role, roleOf } from "./roles.ts";

export type Access = { facts: ChatFacts; role: Role };
export type RequireParticipant = (chatId: string, userId: string) => Promise<Access>;

type Parts = {
  cards: Pick<ChatCards, "knownFacts" | "findFacts">;
  /** For looking up what memory does not have. */
  lookUps: Turns;
};

/**
 * Who is not one of the two people is told that the chat is not there, as for an id that was never given: nobody can
 * find out which ids exist. Memory answers participants alone. Of everybody else it says nothing, so a chat of others and
 * an id that was never given cost the same look into the asker's own chats; and since no refusal is kept, a chat that
 * another node made a moment ago is found.
 * @throws ChatError `chat_not_found`; `rate_limited`, `unavailable` past what may be looked up at once
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
