import type { Card } from "../cards/card.ts";
import type { CardKeeper } from "../cards/card-keeper.ts";
import { ChatError } from "../errors.ts";
import { type DraftFields, draftAfter, type Head, toMessage } from "../log/entry.ts";
import type { Appended, Broadcast, ChatCards, ChatLog, Decision } from "../ports.ts";
import { type BookingEvent, eventKey } from "./booking-event.ts";
import { endTyping } from "./end-typing.ts";

/**
 * `applied`: the log has a new entry. `known`: the log had the entry, or a newer event has decided.
 * `rejected`: this can never succeed. `created`: the chat now exists for its two people.
 */
export type BookingOutcome =
  | { outcome: "applied" | "known"; card: Card; created: boolean }
  | { outcome: "rejected"; error: ChatError };

export type ApplyBookingEvent = (event: BookingEvent) => Promise<BookingOutcome>;

/**
 * Whether the event is newer than the newest one in the log. Of two with the same time the cancellation wins.
 *
 *     approved 10:00, cancelled 10:05, then the late repeat "approved 10:00" → not newer, the chat stays closed
 */
const isNewer = (event: BookingEvent, { state }: Head): boolean => {
  if (state.bookingAt === null) return true;
  const ahead = event.occurredAt.getTime() - state.bookingAt.getTime();
  return ahead > 0 || (ahead === 0 && event.type === "cancelled" && state.booking === "approved");
};

const content = ({ type, reason }: BookingEvent): string => {
  if (type === "approved") return "The booking is approved. You can write to each other now.";
  return reason ? `The booking was cancelled: ${reason}` : "The booking was cancelled.";
};

/**
 * What an event does to a chat. A newer event that changes nothing visible is still written, as a silent entry: its time
 * must be in the log, or an older event could still decide. The newest event's reason counts, whatever the order of
 * arrival.
 */
export const decideBookingEvent = (event: BookingEvent, head: Head): Decision => {
  if (!isNewer(event, head)) return "nothing";
  const status = event.type === "approved" ? "active" : "closed";
  const statusReason = event.reason ?? null;
  const repeats = head.state.bookingAt !== null && head.state.booking === event.type && head.state.status === status;
  const tellsMore = event.type === "cancelled" && statusReason !== null && statusReason !== head.state.statusReason;
  const silent = repeats && !tellsMore;
  const fields: DraftFields = {
    type: "system",
    senderId: null,
    content: content(event),
    system: {
      event: `booking_${event.type}`,
      status,
      ...(event.reason && { reason: event.reason }),
      ...(silent && { silent }),
    },
    clientMessageId: eventKey(event),
  };
  const changes = { status, statusReason, booking: event.type, bookingAt: event.occurredAt } as const;
  return { append: draftAfter(head, fields, changes) };
};

const namesOthers = ({ ownerId, seekerId }: BookingEvent, { participants }: Card): boolean =>
  participants !== null &&
  ((ownerId !== undefined && ownerId !== participants.ownerId) ||
    (seekerId !== undefined && seekerId !== participants.seekerId));

const peopleOf = ({ type, ownerId, seekerId }: BookingEvent) =>
  type === "approved" && ownerId !== undefined && seekerId !== undefined ? { ownerId, seekerId } : null;

type Parts = { log: ChatLog; cards: ChatCards; keeper: CardKeeper; broadcast: Broadcast };

/**
 * Makes the act for `booking.approved`, `booking.cancelled` and POST initiate. Every step can be repeated: the card
 * is written once per booking, the entry once per event, and a card that a crash left out of date is repaired.
 */
export const createApplyBookingEvent =
  ({ log, cards, keeper, broadcast }: Parts): ApplyBookingEvent =>
  async (event) => {
    const { card, completed } = await cards.open(event.bookingId, peopleOf(event));
    if (namesOthers(event, card)) return { outcome: "rejected", error: new ChatError("booking_conflict") };
    const appended = await log.append(card.id, (head) => decideBookingEvent(event, head));
    const created = event.type === "approved" && (completed || isFirst(appended));
    if (appended.outcome === "nothing") {
      if (!created && card.lastSeq >= appended.head.seq) return { outcome: "known", card, created };
      return { outcome: "known", card: await keeper.mend(card.id, { created }), created };
    }
    broadcastEntry(broadcast, card, appended);
    return {
      outcome: appended.outcome === "appended" ? "applied" : "known",
      card:
        appended.outcome === "appended"
          ? await keeper.keep(appended.entry, { created })
          : await keeper.mend(card.id, { created }),
      created,
    };
  };

const isFirst = (appended: Appended): boolean => appended.outcome === "appended" && appended.entry.seq === 1;

const broadcastEntry = (broadcast: Broadcast, { participants }: Card, appended: Appended): void => {
  if (appended.outcome === "nothing") return;
  broadcast.messageReceived(toMessage(appended.entry));
  if (participants !== null && appended.entry.state.status !== "active") {
    endTyping(broadcast, appended.entry.chatId, participants);
  }
};
