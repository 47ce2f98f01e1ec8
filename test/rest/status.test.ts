import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { chatSchema } from "../../src/contract/chat.ts";
import { apiKey, bearer, openRest, type Rest } from "./open-rest.ts";

let rest: Rest;
beforeAll(async () => {
  rest = await openRest();
});
afterAll(() => rest.close());

type Method = "put" | "patch";
const asUser = (chatId: string, userId: string, change: object, method: Method = "put") =>
  rest.call[method](`/api/chat/${chatId}/status`)
    .set(...bearer(userId))
    .send(change);
const asService = (chatId: string, change: object) =>
  rest.call.put(`/api/chat/${chatId}/status`).set("X-API-Key", apiKey).send(change);

describe("PUT /api/chat/:chatId/status", () => {
  test("the owner switches between active and readonly, by PUT and by PATCH", async () => {
    const { chatId, ownerId } = await rest.newChat();
    const readonly = await asUser(chatId, ownerId, { status: "readonly", reason: "holidays" }).expect(200);
    expect(chatSchema.parse(readonly.body.chat)).toEqual(readonly.body.chat);
    expect(readonly.body.chat).toMatchObject({ status: "readonly", statusReason: "holidays", lastSeq: 2 });
    const active = await asUser(chatId, ownerId, { status: "active" }, "patch").expect(200);
    expect(active.body.chat).toMatchObject({ status: "active", statusReason: null, lastSeq: 3 });
  });

  test("asking for what is so already changes nothing", async () => {
    const { chatId, ownerId } = await rest.newChat();
    const { body } = await asUser(chatId, ownerId, { status: "active" }).expect(200);
    expect(body.chat.lastSeq).toBe(1);
  });

  test("the seeker may not, and the owner may not close: 403", async () => {
    const { chatId, ownerId, seekerId } = await rest.newChat();
    expect((await asUser(chatId, seekerId, { status: "readonly" }).expect(403)).body.code).toBe("forbidden");
    expect((await asUser(chatId, ownerId, { status: "closed" }).expect(403)).body.code).toBe("forbidden");
  });

  test("nobody but the booking service reopens what a cancellation closed", async () => {
    const { chatId, ownerId, bookingId } = await rest.newChat();
    await rest.applyBookingEvent({ type: "cancelled", bookingId, occurredAt: new Date(Date.now() + 1_000) });
    await asUser(chatId, ownerId, { status: "active" }).expect(403);
    const { body } = await asService(chatId, { status: "active" }).expect(200);
    expect(body.chat.status).toBe("active");
  });

  test("the booking service may set any status, and gets the whole chat without an unread count of its own", async () => {
    const { chatId } = await rest.newChat();
    for (const status of ["closed", "readonly", "active"]) {
      const { body } = await asService(chatId.toUpperCase(), { status }).expect(200);
      expect(chatSchema.parse(body.chat)).toEqual(body.chat);
      expect(body.chat).toMatchObject({ id: chatId, status, unreadCount: 0 });
    }
  });

  test("a key beside a token acts for the service; a wrong key is refused, also beside a good token", async () => {
    const { chatId, seekerId } = await rest.newChat();
    await asUser(chatId, seekerId, { status: "closed" }).set("X-API-Key", apiKey).expect(200);
    const { body } = await asUser(chatId, seekerId, { status: "active" }).set("X-API-Key", "wrong").expect(401);
    expect(body.code).toBe("unauthenticated");
    await asService(chatId, { status: "active" }).set("Authorization", "Bearer nonsense").expect(200);
  });

  test("a chat that is not there, or not theirs: 404", async () => {
    const { chatId } = await rest.newChat();
    await asService("0".repeat(24), { status: "closed" }).expect(404);
    await asService("nonsense", { status: "closed" }).expect(404);
    await asUser(chatId, "a-stranger", { status: "readonly" }).expect(404);
  });

  test.each([
    ["no status", {}, "status"],
    ["another status", { status: "open" }, "status"],
    ["a reason of 501 characters", { status: "closed", reason: "x".repeat(501) }, "reason"],
    ["a reason that is no text", { status: "closed", reason: {} }, "reason"],
  ])("%s: 400 that names the field", async (_what, change, path) => {
    const { chatId } = await rest.newChat();
    const { body } = await asService(chatId, change).expect(400);
    expect(body).toMatchObject({ code: "validation_failed", errors: [{ path }] });
  });
});
