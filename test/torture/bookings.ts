import { setTimeout as pause } from "node:timers/promises";
import { createPublisher, type NewRecord, type Publisher } from "../../consumers/publisher.ts";
import { createLogger } from "../../src/logger.ts";
import { apiKey } from "../support/start-node.ts";
import type { Booking } from "./clients.ts";
import type { History, Told } from "./history.ts";
import { type BookingTelling, bookingSpanMs } from "./schedule.ts";

/** What plays the booking service: it tells each event until somebody has taken it. */
export type BookingSource = {
  /** The first approval of each chat; resolves when all were taken. */
  approveAll: () => Promise<void>;
  /** Tells at the planned times. Resolves when everything was taken. */
  play: (tellings: BookingTelling[], signal: AbortSignal) => Promise<void>;
  close: () => Promise<void>;
};

type Options = { brokers: string[]; urls: string[]; bookings: Booking[]; history: History };
type By = BookingTelling["copies"][number]["by"];

const againMs = 500;

export const openBookingSource = async ({ brokers, urls, bookings, history }: Options): Promise<BookingSource> => {
  const logger = createLogger({ level: "silent", process: "booking-source" });
  const kafka = { brokers, clientId: "booking-source", ssl: false, sasl: null };
  const publisher = await createPublisher({ kafka, logger });
  const beginning = Date.now() - bookingSpanMs - 120_000;
  const ending = new AbortController();
  let events = 0;

  const tell = async (booking: Booking, told: Told, by: By): Promise<void> => {
    for (let tries = 0; !ending.signal.aborted; tries += 1) {
      const url = urls[tries % urls.length] ?? "";
      if (await (by === "initiate" ? initiate(url, booking, told) : publish(publisher, recordOf(booking, told, by))))
        return;
      await pause(againMs);
    }
  };

  const tellAll = async (booking: Booking, told: Told, copies: BookingTelling["copies"]): Promise<void> => {
    history.told.push(told);
    await Promise.all(
      copies.map(async ({ afterMs, by }) => {
        await pause(afterMs);
        await tell(booking, told, by);
      }),
    );
  };

  const newEvent = ({ bookingId }: Booking, type: Told["type"], occurredAt: number): Told => {
    events += 1;
    return { bookingId, type, occurredAt: new Date(occurredAt), eventId: `event-${events}` };
  };

  return {
    approveAll: async () => {
      const first = [{ afterMs: 0, by: "plain" as const }];
      await Promise.all(bookings.map((booking) => tellAll(booking, newEvent(booking, "approved", beginning), first)));
    },
    play: async (tellings, signal) => {
      const began = performance.now();
      const underWay: Promise<void>[] = [];
      for (const { atMs, booking: index, type, ageMs, copies } of tellings) {
        const leftMs = atMs - (performance.now() - began);
        if (leftMs > 0) await pause(leftMs, undefined, { signal }).catch(() => undefined);
        const booking = bookings[index];
        if (signal.aborted || booking === undefined) break;
        underWay.push(tellAll(booking, newEvent(booking, type, beginning + bookingSpanMs + 60_000 - ageMs), copies));
      }
      await Promise.all(underWay);
    },
    close: async () => {
      ending.abort();
      await publisher.close();
    },
  };
};

const publish = async (publisher: Publisher, record: NewRecord): Promise<boolean> =>
  publisher.publish(record).then(
    () => true,
    () => false,
  );

const recordOf = (booking: Booking, { type, occurredAt, eventId }: Told, by: Exclude<By, "initiate">): NewRecord => {
  const data = { ...booking, occurredAt: occurredAt.toISOString(), eventId };
  const name = `booking.${type}`;
  const { occurredAt: time, eventId: id, ...people } = data;
  const values = {
    plain: data,
    wrapped: { type: name, data },
    "cloud-event": { specversion: "1.0", id, time, type: name, source: "/bookings", data: people },
  };
  // A wrapped one names its type, so that any topic will do.
  const topic = by === "wrapped" ? "booking.cancelled" : name;
  return { topic, key: booking.bookingId, value: JSON.stringify(values[by]) };
};

const initiate = async (url: string, booking: Booking, { occurredAt, eventId }: Told): Promise<boolean> => {
  try {
    const response = await fetch(`${url}/api/chat/initiate`, {
      method: "POST",
      headers: { "x-api-key": apiKey, "content-type": "application/json" },
      body: JSON.stringify({ ...booking, occurredAt: occurredAt.toISOString(), eventId }),
      signal: AbortSignal.timeout(12_000),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
};
