import type { RequireParticipant } from "./access.ts";
import type { CardKeeper } from "./card-keeper.ts";
import type { Receipt } from "./chat.ts";
import type { Broadcast, ChatCards, ChatLog, Clock } from "./ports.ts";

/** `seq` left out: all there is. One beyond the newest entry means the newest. */
export type MarkRequest = { chatId: string; userId: string; seq?: number | undefined };
export type MarkRead = (request: MarkRequest) => Promise<Receipt>;
export type MarkDelivered = (request: MarkRequest) => Promise<Receipt>;

type Parts = {
  requireParticipant: RequireParticipant;
  log: Pick<ChatLog, "entryAt">;
  cards: Pick<ChatCards, "advanceRead" | "advanceDelivered">;
  now: Clock;
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
    const wanted = { seq: entry?.seq ?? 0, counted: entry?.state.counted ?? 0, at: now() };
    const { mark, moved } = await cards.advanceRead(facts.id, role, wanted);
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
    const { mark, moved } = await cards.advanceDelivered(facts.id, role, { seq: entry?.seq ?? 0, at: now() });
    const receipt = { chatId: facts.id, userId, seq: mark.seq, at: mark.at.toISOString() };
    if (moved) broadcast.messagesDelivered(receipt);
    return receipt;
  };
