import { type Role, roleOf } from "./chat.ts";
import { ChatError } from "./errors.ts";
import { isChatId } from "./ids.ts";
import type { ChatCards, ChatFacts } from "./ports.ts";

export type Access = { facts: ChatFacts; role: Role };
export type RequireParticipant = (chatId: string, userId: string) => Promise<Access>;

/**
 * Who is not one of the two people is told that the chat is not there, as for an id that was never given: nobody can
 * find out which ids exist.
 * @throws ChatError `chat_not_found`
 */
export const createRequireParticipant =
  ({ cards }: { cards: Pick<ChatCards, "facts"> }): RequireParticipant =>
  async (chatId, userId) => {
    const facts = isChatId(chatId) ? await cards.facts(chatId.toLowerCase()) : null;
    const role = facts && roleOf(facts.participants, userId);
    if (facts === null || role === null) throw new ChatError("chat_not_found");
    return { facts, role };
  };
