import type { RequireParticipant } from "./access.ts";
import type { CardKeeper } from "./card-keeper.ts";
import type { Receipt, Role } from "./chat.ts";
import { ChatError } from "./errors.ts";
import type { Broadcast, ChatCards, ChatLog, Clock } from "./ports.ts";

/** `seq` left out: all there is. One beyond the newest entry means the newest. */
export type MarkRequest = { chatId: string; userId: string; seq?: number | undefined };
export type MarkRead = (request: MarkRequest) => Promise<Receipt>;
export type MarkDelivered = (request: MarkRequest) => Promise<Receipt>;

type Parts = {
  requireParticipant: RequireParticipant;
  log: Pick<ChatLog, "entryAt">;
  cards: Pick<ChatCards, "advanceRead" | "advanceDelivered" | "find">;
  now: Clock;
};

// Seq 0 lies before the first entry: nothing moves, and the answer is where the mark stands.
const standing = async (cards: Parts["cards"], chatId: string, mark: "read" | "delivered", role: Role) => {
  const card = await cards.find(chatId);
  if (card === null) throw new ChatError("chat_not_found");
  return { mark: card[mark][role], moved: false };
};

/**
 * Moves a participant's read mark forward, and the delivered mark with it: what is read was delivered. A mark never
 * moves back; asking for less answers where it stands.
 * @throws ChatError `chat_not_found`, `unavailable`
 */
export const createMarkRead =
  ({
    requireParticipant,
    log,
    cards,
    keeper,
    broadcast,
    now,
  }: Parts & {
    keeper: Pick<CardKeeper, "tell">;
    broadcast: Pick<Broadcast, "messagesRead">;
  }): MarkRead =>
  async ({ chatId: askedId, userId, seq }) => {
    const { facts, role } = await requireParticipant(askedId, userId);
    const entry = await log.entryAt(facts.id, seq ?? Number.MAX_SAFE_INTEGER);
    const { mark, moved } = entry
      ? await cards.advanceRead(role, entry, now())
      : await standing(cards, facts.id, "read", role);
    const receipt = { chatId: facts.id, userId, seq: mark.seq, at: mark.at.toISOString() };
    if (moved) {
      broadcast.messagesRead(receipt);
      keeper.tell(facts.id);
    }
    return receipt;
  };

/**
 * Moves a participant's delivered mark forward: these entries have reached one of the person's devices.
 * @throws ChatError `chat_not_found`, `unavailable`
 */
export const createMarkDelivered =
  ({
    requireParticipant,
    log,
    cards,
    broadcast,
    now,
  }: Parts & { broadcast: Pick<Broadcast, "messagesDelivered"> }): MarkDelivered =>
  async ({ chatId: askedId, userId, seq }) => {
    const { facts, role } = await requireParticipant(askedId, userId);
    const entry = await log.entryAt(facts.id, seq ?? Number.MAX_SAFE_INTEGER);
    const { mark, moved } = entry
      ? await cards.advanceDelivered(role, entry, now())
      : await standing(cards, facts.id, "delivered", role);
    const receipt = { chatId: facts.id, userId, seq: mark.seq, at: mark.at.toISOString() };
    if (moved) broadcast.messagesDelivered(receipt);
    return receipt;
  };
