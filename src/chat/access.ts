import { ChatError } from "./errors.ts";
import { isChatId } from "./ids.ts";
import type { Entry } from "./log/entry.ts";
import { isServiceType } from "./log/entry-kinds.ts";
import type { ChatCards, ChatFacts, ChatLog, Turns } from "./ports.ts";
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

/** The caller: the booking service with its key, or a user with a token. */
export type Actor = { kind: "service" } | { kind: "user"; userId: string };
export type RequireActor = (chatId: string, actor: Actor) => Promise<{ facts: ChatFacts; role: Role | "service" }>;

/** A user must be a participant; the service may act in every chat. @throws ChatError as `createRequireParticipant` */
export const createRequireActor =
  (requireParticipant: RequireParticipant, cards: Pick<ChatCards, "facts">): RequireActor =>
  async (chatId, actor) => {
    if (actor.kind === "user") return requireParticipant(chatId, actor.userId);
    const facts = await cards.facts(chatId.toLowerCase());
    if (facts === null) throw new ChatError("chat_not_found");
    return { facts, role: "service" };
  };

/**
 * The message at a seq, as it is shown now.
 * @throws ChatError `message_not_found` if there is no entry, or one that no person sent
 */
export const requireMessage = async (log: Pick<ChatLog, "shownAt">, chatId: string, seq: number): Promise<Entry> => {
  const message = await log.shownAt(chatId, seq);
  if (message === null || isServiceType(message.type)) throw new ChatError("message_not_found");
  return message;
};
