import { createRequireParticipant } from "./access.ts";
import { createApplyBookingEvent } from "./apply-booking-event.ts";
import { createCardKeeper } from "./card-keeper.ts";
import { createChangeStatus } from "./change-status.ts";
import { createMarkDelivered, createMarkRead } from "./mark-read.ts";
import { toMessage } from "./message.ts";
import type { Broadcast, ByteBudget, ChatCards, ChatLog, Clock } from "./ports.ts";
import { createReadChats } from "./read-messages.ts";
import { createSendMessage } from "./send-message.ts";

type Parts = {
  log: ChatLog;
  cards: ChatCards;
  broadcast: Broadcast;
  now: Clock;
  /** How many bytes of messages a user may be given to read; no limit unless told. */
  readBudget?: ByteBudget | undefined;
  /** Told of each failed write of the cards; they are tried again. */
  onCardFailure: (error: unknown) => void;
};

const unlimited: ByteBudget = { require: () => undefined, spend: () => undefined };

/** Every act of the product, made of a log, its cards and a way to tell the connected. */
export const createChat = ({ log, cards, broadcast, now, readBudget = unlimited, onCardFailure }: Parts) => {
  const keeper = createCardKeeper({ log, cards, broadcast, onFailure: onCardFailure });
  const requireParticipant = createRequireParticipant({ cards });
  log.onLandedLate((entry) => {
    broadcast.messageReceived(toMessage(entry));
    keeper.keepLater(entry);
  });
  return {
    requireParticipant,
    applyBookingEvent: createApplyBookingEvent({ log, cards, keeper, broadcast }),
    changeStatus: createChangeStatus({ log, cards, keeper, broadcast }),
    sendMessage: createSendMessage({ requireParticipant, log, keeper, broadcast }),
    markRead: createMarkRead({ requireParticipant, log, cards, keeper, broadcast, now }),
    markDelivered: createMarkDelivered({ requireParticipant, log, cards, broadcast, now }),
    readChats: createReadChats({ requireParticipant, log, cards, keeper, budget: readBudget }),
    /** Brings a card up to its log where a crash left it behind. */
    mendCard: (chatId: string) => keeper.mend(chatId),
    /** Waits for the cards that are being written, at most `deadlineMs`. */
    drain: keeper.drain,
  };
};
export type Chats = ReturnType<typeof createChat>;
