import { words } from "../words/words.ts";
export interface Booking {
  readonly bookingId: string;
  readonly ownerId: string;
  readonly seekerId: string;
}

export type BookingAct = "approve" | "cancel";

/**
 * Makes the pretend booking service publish `booking.approved` or `booking.cancelled`.
 * If Kafka does not have the event, it rejects with a sentence for the person.
 */
export async function publishBookingEvent(
  act: BookingAct,
  body: Booking & { reason?: string },
): Promise<{ occurredAt: string }> {
  const response = await fetch(`/booking/${act}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  }).catch(() => {
    throw new Error(words.noPageServer);
  });
  const answer: { occurredAt: string; message?: string } = await response.json();
  if (!response.ok) throw new Error(answer.message ?? `It answered ${response.status}.`);
  return answer;
}
