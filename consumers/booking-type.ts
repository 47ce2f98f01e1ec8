import type { BookingEvent } from "../src/chat/booking-event.ts";

const pattern = /^(?:(?:.*[._:/-])?booking[._:/-]?)?(approved|cancelled|canceled)(?:[._-]v\d+)?$/i;

/**
 * Which of our two types a name means, null for any other.
 *
 *     booking.approved, com.lyvo.booking.approved, booking.approved.v1, approved → approved
 *     booking.cancelled, booking.canceled → cancelled
 *     payment.approved, booking.amended → null
 */
export const bookingTypeOf = (name: string): BookingEvent["type"] | null => {
  const word = name.length > 256 ? undefined : pattern.exec(name)?.[1]?.toLowerCase();
  if (word === undefined) return null;
  return word === "approved" ? "approved" : "cancelled";
};
