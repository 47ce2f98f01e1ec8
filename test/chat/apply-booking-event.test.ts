import { describe, expect, test } from "@jest/globals";
import { decideBookingEvent } from "../../src/chat/acts/apply-booking-event.ts";
import { approvedSchema, type BookingEvent, cancelledSchema, eventKey } from "../../src/chat/acts/booking-event.ts";
import { emptyHead, type Head } from "../../src/chat/log/entry.ts";
import { after, aHead, appended } from "../support/heads.ts";

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 22, 10, minute));
const approved = (minute: number, more: Partial<BookingEvent> = {}): BookingEvent => ({
  type: "approved",
  bookingId: "b1",
  ownerId: "o1",
  seekerId: "s1",
  occurredAt: at(minute),
  ...more,
});
const cancelled = (minute: number, more: Partial<BookingEvent> = {}): BookingEvent => ({
  ...approved(minute, more),
  type: "cancelled",
});
const endOf = (events: BookingEvent[]): Head =>
  events.reduce<Head>((head, event) => after(head, decideBookingEvent(event, head)), emptyHead);

/** Every order of the items. */
const orders = <T>(items: T[]): T[][] =>
  items.length <= 1
    ? [items]
    : items.flatMap((item, index) => orders(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));

describe("a booking event", () => {
  test("approved opens the chat with a message that counts as unread", () => {
    const entry = appended(decideBookingEvent(approved(0), emptyHead));
    expect(entry).toMatchObject({
      type: "system",
      senderId: null,
      system: { event: "booking_approved", status: "active" },
    });
    expect(entry?.system).not.toHaveProperty("silent");
    expect(entry?.state).toMatchObject({ status: "active", booking: "approved", bookingAt: at(0), counted: 1 });
  });

  test("cancelled closes it and says why", () => {
    const entry = appended(decideBookingEvent(cancelled(1, { reason: "double booked" }), aHead()));
    expect(entry).toMatchObject({ system: { event: "booking_cancelled", status: "closed", reason: "double booked" } });
    expect(entry?.content).toContain("double booked");
    expect(entry?.state.statusReason).toBe("double booked");
  });

  test("that is older than the newest one changes nothing", () => {
    expect(decideBookingEvent(cancelled(-1), aHead())).toBe("nothing");
    expect(decideBookingEvent(approved(0), aHead({ status: "closed", booking: "cancelled", bookingAt: at(5) }))).toBe(
      "nothing",
    );
  });

  test("repeated changes nothing", () => {
    for (const event of [approved(0), cancelled(0)]) {
      const head = endOf([event]);
      expect(decideBookingEvent(event, head)).toBe("nothing");
    }
  });

  test("newer that changes nothing anybody sees is written silently and counts for nobody", () => {
    const entry = appended(decideBookingEvent(approved(5), aHead()));
    expect(entry?.system?.silent).toBe(true);
    expect(entry?.state).toMatchObject({ bookingAt: at(5), counted: 1, shownSeq: 1 });
  });

  test("cancelled newer and with another reason says so, and the newest one's reason stands in every order", () => {
    const first = cancelled(1, { reason: "double booked" });
    const entry = appended(decideBookingEvent(cancelled(2, { reason: "sold" }), endOf([first])));
    expect(entry?.system).toEqual({ event: "booking_cancelled", status: "closed", reason: "sold" });
    for (const again of [cancelled(2), cancelled(2, { reason: "double booked" })]) {
      expect(appended(decideBookingEvent(again, endOf([first])))?.system?.silent).toBe(true);
    }
    const events = [approved(0, { reason: "a" }), first, cancelled(2, { reason: "sold" }), cancelled(3), approved(2)];
    for (const last of [cancelled(4, { reason: "moved" }), cancelled(4), approved(4, { reason: "b" }), approved(4)]) {
      for (const order of orders([...events, last])) {
        expect(endOf(order).state.statusReason).toBe(last.reason ?? null);
      }
    }
  });

  test("approved reopens a chat that the owner made readonly, for all to see", () => {
    const entry = appended(decideBookingEvent(approved(5), aHead({ status: "readonly" })));
    expect(entry?.system).toEqual({ event: "booking_approved", status: "active" });
  });

  test("of two with the same time the cancellation wins, in either order", () => {
    expect(endOf([approved(3), cancelled(3)]).state.status).toBe("closed");
    expect(endOf([cancelled(3), approved(3)]).state.status).toBe("closed");
  });

  test("set of five gives one end in all 120 orders", () => {
    const events = [approved(1), cancelled(2), approved(3), cancelled(4), approved(4)];
    for (const order of orders(events)) {
      expect(endOf(order).state).toMatchObject({ status: "closed", booking: "cancelled", bookingAt: at(4) });
    }
  });

  test("is known by its id, or by its time where it has none", () => {
    expect(eventKey(approved(1, { eventId: "e" }))).toBe(eventKey(approved(2, { eventId: "e" })));
    expect(eventKey(approved(1))).toBe(eventKey(approved(1)));
    const others = [approved(2), cancelled(1), approved(1, { eventId: "e" }), cancelled(1, { eventId: "e" })];
    expect(new Set(others.map(eventKey)).size).toBe(others.length);
  });
});

describe("what comes from the booking service", () => {
  const good = { bookingId: "b", ownerId: "o", seekerId: "s" };

  test("may have more fields, nulls for what is absent, and any RFC 3339 time", () => {
    const parsed = approvedSchema.parse({ ...good, more: 1, eventId: null, occurredAt: "2026-11-22T12:00:00+02:00" });
    expect(parsed.occurredAt).toEqual(at(0));
    expect(parsed.eventId).toBeUndefined();
    expect(approvedSchema.parse({ ...good, occurredAt: "2026-11-22t10:00:00.000000z" }).occurredAt).toEqual(at(0));
  });

  test("names two people", () => {
    expect(approvedSchema.safeParse({ ...good, seekerId: "o" }).success).toBe(false);
    expect(cancelledSchema.safeParse({ ...good, seekerId: "o" }).success).toBe(false);
    expect(approvedSchema.safeParse({ bookingId: "b", ownerId: "o" }).success).toBe(false);
    expect(cancelledSchema.safeParse({ bookingId: "b" }).success).toBe(true);
  });

  test("has a long reason cut, not refused", () => {
    expect(cancelledSchema.parse({ bookingId: "b", reason: "👍".repeat(600) }).reason).toBe("👍".repeat(500));
  });

  test.each(["", " \u0000\n", null])("has no reason where it is %j", (reason) => {
    const event = { ...cancelled(1), ...cancelledSchema.parse({ bookingId: "b", reason }), occurredAt: at(1) };
    const entry = appended(decideBookingEvent(event, aHead()));
    expect(entry?.state.statusReason).toBeNull();
    expect(entry?.system).not.toHaveProperty("reason");
  });

  test.each([
    { bookingId: "" },
    { bookingId: "a b" },
    { bookingId: 5.5 },
    { ownerId: "x".repeat(129) },
    { occurredAt: "yesterday" },
    { occurredAt: 5 },
  ])("with %j is refused", (wrong) => {
    expect(approvedSchema.safeParse({ ...good, ...wrong }).success).toBe(false);
  });
});
