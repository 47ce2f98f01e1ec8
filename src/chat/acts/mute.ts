import { z } from "zod";
import type { RequireParticipant } from "../access.ts";
import { type Card, type Chat, chatFor } from "../cards/card.ts";
import type { CardKeeper } from "../cards/card-keeper.ts";
import { givenTimeSchema } from "../given-time.ts";
import type { Broadcast, ChatCards, ChatLog, Clock, Turns } from "../ports.ts";

const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

export const muteSchema = z.object({
  until: givenTimeSchema
    .refine((until) => until.getTime() <= latest, "at most the end of the year 9999 in UTC")
    .nullable()
    .meta({ description: "No notices until then; null, or a time that has passed: the chat is not muted" }),
});

export type MuteRequest = { chatId: string; userId: string } & z.infer<typeof muteSchema>;
export type Mute = (request: MuteRequest) => Promise<Chat>;

type Parts = {
  requireParticipant: RequireParticipant;
  log: Pick<ChatLog, "head">;
  cards: Pick<ChatCards, "mute">;
  keeper: Pick<CardKeeper, "mend">;
  broadcast: Pick<Broadcast, "chatUpdated">;
  /** Limits how many chats a user may mute at once. */
  marks: Turns;
  now: Clock;
};

/**
 * Mutes a chat for one of its two people: until then no notice is published of what this person has not read. Messages,
 * marks and unread counts go on. Only the person's own devices are notified; muting is no activity of the chat.
 * @throws ChatError `chat_not_found`; `rate_limited` for a user who mutes too many chats at once; `unavailable`
 */
export const createMute = ({ requireParticipant, log, cards, keeper, broadcast, marks, now }: Parts): Mute => {
  // The answer is not behind the log: a client replaces what it has by it.
  const upToLog = async (card: Card): Promise<Card> =>
    card.lastSeq >= (await log.head(card.id)).seq ? card : keeper.mend(card.id);

  return async ({ chatId, userId, until }) => {
    const { facts, role } = await requireParticipant(chatId, userId);
    const isLater = until !== null && until > now();
    const { card, changed } = await marks.run(userId, () => cards.mute(facts.id, role, isLater ? until : null));
    const chat = chatFor(await upToLog(card), facts.participants, role, now());
    if (changed) broadcast.chatUpdated(userId, chat);
    return chat;
  };
};
