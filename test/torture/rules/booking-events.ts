import { eventKey } from "../../../src/chat/acts/booking-event.ts";
import type { Entry } from "../../../src/chat/log/entry.ts";
import type { Dump } from "../dump.ts";
import type { History, Told } from "../history.ts";
import type { Logs } from "./logs.ts";

/** (g) Each booking event took effect at most once, the newest one did, and it decides. Nothing else did. */
export const bookingEvents = ({ told }: History, { cards }: Pick<Dump, "cards">, logs: Logs): string[] => {
  const byBooking = Map.groupBy(told, ({ bookingId }) => bookingId);
  return [...byBooking].flatMap(([bookingId, events]) => {
    const own = cards.filter((card) => card.bookingId === bookingId);
    const [card] = own;
    if (card === undefined || own.length > 1) return [`${bookingId} has ${own.length} chats`];
    const log = logs.of(card.id).filter(({ system }) => system?.event.startsWith("booking_"));
    return [...effects(bookingId, events, log), ...decision(bookingId, events, logs.of(card.id))];
  });
};

const effects = (bookingId: string, events: Told[], entries: Entry[]): string[] => {
  const keys = new Set(events.map(eventKey));
  const seen = new Set<string>();
  return entries.flatMap(({ clientMessageId = "", seq }) => {
    const again = seen.has(clientMessageId);
    seen.add(clientMessageId);
    if (again) return [`${bookingId}: ${clientMessageId} took effect again at ${seq}`];
    return keys.has(clientMessageId) ? [] : [`${bookingId}: nobody told of ${clientMessageId} at ${seq}`];
  });
};

/** Of two at the same time the cancellation wins. */
const newestOf = (events: Told[]): Told | undefined =>
  events
    .toSorted(
      (one, other) =>
        one.occurredAt.getTime() - other.occurredAt.getTime() ||
        Number(one.type === "cancelled") - Number(other.type === "cancelled"),
    )
    .at(-1);

/** The newest event's entry is the last of its kind; what stands behind it may only be a status set by hand. */
const decision = (bookingId: string, events: Told[], log: readonly Entry[]): string[] => {
  const newest = newestOf(events);
  const last = log.findLast(({ system }) => system?.event.startsWith("booking_"));
  if (newest === undefined || last === undefined) return [`${bookingId}: nothing took effect`];
  const { status, booking, bookingAt } = last.state;
  const wanted = newest.type === "approved" ? "active" : "closed";
  const isNewest = booking === newest.type && bookingAt?.getTime() === newest.occurredAt.getTime();
  if (isNewest && status === wanted && log.at(-1)?.state.bookingAt?.getTime() === bookingAt.getTime()) return [];
  const [is, should] = [`${booking} at ${bookingAt?.toISOString()}, ${status}`, newest.occurredAt.toISOString()];
  return [`${bookingId}: at the end it is ${is}; the newest event is ${newest.type} at ${should} (${newest.eventId})`];
};
