import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { chatSchema } from "../../src/contract/chat.ts";
import { apiKey, bearer, newBooking, olderKey, openRest, type Rest } from "./open-rest.ts";

let rest: Rest;
beforeAll(async () => {
  rest = await openRest();
});
afterAll(() => rest.close());

const initiate = (body: object) => rest.call.post("/api/chat/initiate").set("X-API-Key", apiKey).send(body);

describe("POST /api/chat/initiate", () => {
  test("an approved booking becomes an active chat: 201, a whole Chat, and its address", async () => {
    const booking = newBooking();
    const { body, headers } = await initiate(booking).expect(201);
    expect(chatSchema.parse(body.chat)).toEqual(body.chat);
    expect(body).toEqual({
      chat: expect.objectContaining({ ...booking, status: "active", lastSeq: 1, unreadCount: 0 }),
    });
    expect(headers["location"]).toBe(`/api/chat/${body.chat.id}`);
    await rest.call
      .get(headers["location"] ?? "")
      .set(...bearer(booking.ownerId))
      .expect(200);
  });

  test("a repeat is 200 with the same chat, and says nothing again", async () => {
    const booking = { ...newBooking(), eventId: "event-1" };
    const first = await initiate(booking).expect(201);
    const again = await initiate(booking).expect(200);
    expect(again.body.chat).toMatchObject({ id: first.body.chat.id, lastSeq: 1 });
  });

  test("twenty at once make one chat with one system message", async () => {
    const booking = { ...newBooking(), eventId: "event-1" };
    const answers = await Promise.all(Array.from({ length: 20 }, () => initiate(booking)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => `${body.chat.id} ${body.chat.lastSeq}`)).size).toBe(1);
  });

  test("other people, or the two swapped, for a known booking: 409 booking_conflict", async () => {
    const booking = newBooking();
    await initiate(booking).expect(201);
    const swapped = { ...booking, ownerId: booking.seekerId, seekerId: booking.ownerId };
    for (const other of [swapped, { ...booking, seekerId: "somebody-else" }]) {
      const { body } = await initiate(other).expect(409);
      expect(body.code).toBe("booking_conflict");
    }
  });

  test("the same person on both sides: 400 that names the field", async () => {
    const { body } = await initiate({ ...newBooking(), ownerId: "one", seekerId: "one" }).expect(400);
    expect(body).toMatchObject({ code: "validation_failed", errors: [{ path: "seekerId" }] });
  });

  test("a time more than five minutes ahead of now: 400 that names occurredAt; four minutes are fine", async () => {
    const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    const { body } = await initiate({ ...newBooking(), occurredAt: at(6) }).expect(400);
    expect(body.errors).toEqual([{ path: "occurredAt", message: expect.any(String) }]);
    await initiate({ ...newBooking(), occurredAt: at(4) }).expect(201);
  });

  test("an approval older than the cancellation leaves no open chat", async () => {
    const booking = newBooking();
    const cancelled = { type: "cancelled" as const, bookingId: booking.bookingId, occurredAt: new Date() };
    await rest.applyBookingEvent(cancelled);
    const { body } = await initiate({ ...booking, occurredAt: new Date(Date.now() - 60_000).toISOString() });
    expect(body.chat).toMatchObject({ ...booking, status: "closed" });
  });

  test("null stands for a field that is left out", async () => {
    await initiate({ ...newBooking(), occurredAt: null, eventId: null }).expect(201);
  });

  test("each key of the list opens the door", async () => {
    await rest.call.post("/api/chat/initiate").set("X-API-Key", olderKey).send(newBooking()).expect(201);
  });

  test.each([
    ["no key", {}],
    ["a wrong key", { "X-API-Key": "wrong" }],
    ["an empty key", { "X-API-Key": "" }],
    ["both keys in one header", { "X-API-Key": `${olderKey},${apiKey}` }],
    ["a person's token alone", Object.fromEntries([bearer("somebody")])],
  ])("%s: 401", async (_what, headers) => {
    const { body } = await rest.call.post("/api/chat/initiate").set(headers).send(newBooking()).expect(401);
    expect(body.code).toBe("unauthenticated");
  });

  test.each([
    ["without bookingId", { bookingId: undefined }, "bookingId"],
    ["with a fraction as ownerId", { ownerId: 0.5 }, "ownerId"],
    ["with a blank in seekerId", { seekerId: "a b" }, "seekerId"],
    ["with an id of 129 characters", { bookingId: "x".repeat(129) }, "bookingId"],
    ["with a time without a zone", { occurredAt: "2026-01-01T00:00:00" }, "occurredAt"],
    ["with an impossible day", { occurredAt: "2026-02-30T00:00:00Z" }, "occurredAt"],
  ])("%s: 400 that names the field", async (_what, wrong, path) => {
    const { body } = await initiate({ ...newBooking(), ...wrong }).expect(400);
    expect(body.errors).toEqual([{ path, message: expect.any(String) }]);
  });
});
