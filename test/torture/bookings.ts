import { setTimeout as pause } from "node:timers/promises";
import { createPublisher, type NewRecord, type Publisher } from "../../consumers/kafka/publisher.ts";
import { createLogger } from "../../src/process/logger.ts";
import { apiKey, tokenFor } from "../support/start-node.ts";
import { type Booking, personOf } from "./clients.ts";
import { type History, now, type Told } from "./history.ts";
import { type BookingTelling, bookingSpanMs, type ErasureWish, isLate, type StatusWish } from "./schedule.ts";

/** What plays the booking service: it tells each event until somebody has taken it. */
export type BookingSource = {
  /** The first approval of each booking but the late ones; resolves when all were taken. */
  approveAll: () => Promise<void>;
  /** Tells at the planned times, counted from `fromMs`. Resolves when everything was taken. */
  play: (tellings: BookingTelling[], fromMs: number, signal: AbortSignal) => Promise<void>;
  /** Sets statuses at the planned times, each with one try. */
  playStatuses: (wishes: StatusWish[], fromMs: number, signal: AbortSignal) => Promise<void>;
  /** Requests erasures at the planned times. Resolves when all were accepted. */
  playErasures: (wishes: ErasureWish[], fromMs: number, signal: AbortSignal) => Promise<void>;
  close: () => Promise<void>;
};

type Options = {
  brokers: string[];
  urls: string[];
  bookings: Booking[];
  /** By booking; filled as soon as they are known. */
  chatIds: Map<string, string>;
  history: History;
};
type By = BookingTelling["copies"][number]["by"];

const againMs = 500;

export const openBookingSource = async ({
  brokers,
  urls,
  bookings,
  chatIds,
  history,
}: Options): Promise<BookingSource> => {
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

  const erase = async (userId: string): Promise<void> => {
    for (let tries = 0; !ending.signal.aborted; tries += 1) {
      const [start, url] = [now(), urls[tries % urls.length] ?? ""];
      if (await ask(`${url}/api/chat/user/${userId}/data`, "DELETE", { "x-api-key": apiKey }, {}))
        return void history.erasures.push({ userId, start });
      await pause(againMs);
    }
  };

  return {
    approveAll: async () => {
      const first = [{ afterMs: 0, by: "plain" as const }];
      const early = bookings.filter((_, index) => !isLate(index));
      await Promise.all(early.map((booking) => tellAll(booking, newEvent(booking, "approved", beginning), first)));
    },
    play: async (tellings, fromMs, signal) => {
      const underWay: Promise<void>[] = [];
      for await (const { booking: index, type, ageMs, copies } of inTime(tellings, fromMs, signal)) {
        const booking = bookings[index];
        if (booking === undefined) continue;
        underWay.push(tellAll(booking, newEvent(booking, type, beginning + bookingSpanMs + 60_000 - ageMs), copies));
      }
      await Promise.all(underWay);
    },
    playStatuses: async (wishes, fromMs, signal) => {
      const underWay: Promise<unknown>[] = [];
      for await (const { booking: index, status, by } of inTime(wishes, fromMs, signal)) {
        const [booking, url] = [bookings[index], urls[index % urls.length] ?? ""];
        const chatId = booking && chatIds.get(booking.bookingId);
        if (booking === undefined || chatId === undefined) continue;
        const who = by === "owner" ? { authorization: `Bearer ${tokenFor(booking.ownerId)}` } : { "x-api-key": apiKey };
        underWay.push(ask(`${url}/api/chat/${chatId}/status`, "PUT", who, { status }));
      }
      await Promise.all(underWay);
    },
    playErasures: async (wishes, fromMs, signal) => {
      const underWay: Promise<void>[] = [];
      for await (const { person } of inTime(wishes, fromMs, signal)) underWay.push(erase(personOf(person)));
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

const initiate = (url: string, booking: Booking, { occurredAt, eventId }: Told): Promise<boolean> =>
  ask(`${url}/api/chat/initiate`, "POST", { "x-api-key": apiKey }, { ...booking, occurredAt, eventId });

/** Whether it was answered well, within twelve seconds. */
const ask = async (url: string, method: string, headers: Record<string, string>, body: object): Promise<boolean> => {
  try {
    const response = await fetch(url, {
      method,
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(12_000),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
};

/** What is planned, each when its time has come. */
async function* inTime<T extends { atMs: number }>(
  planned: T[],
  fromMs: number,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const began = performance.now() - fromMs;
  for (const one of planned) {
    const leftMs = one.atMs - (performance.now() - began);
    if (leftMs > 0) await pause(leftMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    yield one;
  }
}
