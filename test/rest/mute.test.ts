import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { chatSchema } from "../../src/contract/chat.ts";
import { apiKey, bearer, openRest, type Rest } from "./open-rest.ts";

let rest: Rest;
beforeAll(async () => {
  rest = await openRest();
});
afterAll(() => rest.close());

const mute = (chatId: string, userId: string, body?: string | object) =>
  rest.call
    .put(`/api/chat/${chatId}/mute`)
    .set(...bearer(userId))
    .type("json")
    .send(body);
const chatOf = async (chatId: string, userId: string) => {
  const { body } = await rest.call
    .get(`/api/chat/${chatId}`)
    .set(...bearer(userId))
    .expect(200);
  return body.chat;
};
const until = "2999-12-31T23:59:59.123Z";

describe("PUT /api/chat/:chatId/mute", () => {
  test("mutes the chat for the one who asks, and changes nothing else", async () => {
    const { chatId, ownerId, seekerId } = await rest.newChat();
    const [before, others] = [await chatOf(chatId, ownerId), await chatOf(chatId, seekerId)];
    expect(before.mutedUntil).toBeNull();
    const { body } = await mute(chatId.toUpperCase(), ownerId, { until }).expect(200);
    expect(chatSchema.parse(body.chat)).toEqual(body.chat);
    expect(body).toEqual({ chat: { ...before, mutedUntil: until } });
    expect(await chatOf(chatId, ownerId)).toEqual({ ...before, mutedUntil: until });
    expect(await chatOf(chatId, seekerId)).toEqual(others);
    const inbox = await rest.call.get(`/api/chat/user/${ownerId}`).set(...bearer(ownerId));
    expect(inbox.body.chats).toEqual([{ ...before, mutedUntil: until }]);
  });

  test("by null, or by a time that has passed, the chat is not muted any more", async () => {
    const { chatId, seekerId } = await rest.newChat();
    for (const end of [null, "2020-01-01T00:00:00Z", "0000-01-01T00:00:00+23:59"]) {
      await mute(chatId, seekerId, { until }).expect(200);
      expect((await mute(chatId, seekerId, { until: end }).expect(200)).body.chat.mutedUntil).toBeNull();
      expect(await chatOf(chatId, seekerId)).toMatchObject({ mutedUntil: null });
    }
  });

  test("unread counts go on, and so does activity", async () => {
    const { chatId, ownerId, seekerId } = await rest.newChat();
    await mute(chatId, seekerId, { until }).expect(200);
    await rest.call
      .post(`/api/chat/${chatId}/message`)
      .set(...bearer(ownerId))
      .send({ type: "text", content: "hello" })
      .expect(201);
    expect(await chatOf(chatId, seekerId)).toMatchObject({ unreadCount: 2, lastSeq: 2, mutedUntil: until });
    // The answer is not behind what was just sent.
    const { body } = await mute(chatId, seekerId, { until: null }).expect(200);
    expect(body.chat).toMatchObject({ unreadCount: 2, lastSeq: 2, mutedUntil: null });
  });

  test("a closed chat can be muted, and the booking service never sees it", async () => {
    const { chatId, ownerId } = await rest.newChat();
    await mute(chatId, ownerId, { until }).expect(200);
    const close = rest.call.put(`/api/chat/${chatId}/status`).set("X-API-Key", apiKey).send({ status: "closed" });
    expect((await close.expect(200)).body.chat).toMatchObject({ status: "closed", mutedUntil: null });
    const { body } = await mute(chatId, ownerId, { until: "2999-12-31T00:00:00Z" }).expect(200);
    expect(body.chat).toMatchObject({ status: "closed", mutedUntil: "2999-12-31T00:00:00.000Z" });
  });

  test.each([
    ["another zone", "2999-12-31T23:59:59+02:00", "2999-12-31T21:59:59.000Z"],
    ["small letters", "2999-12-31t23:59:59.5z", "2999-12-31T23:59:59.500Z"],
    ["nanoseconds", "2999-12-31T23:59:59.123456789Z", "2999-12-31T23:59:59.123Z"],
    ["the last moment of all", "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
  ])("takes a time with %s", async (_what, given, shown) => {
    const { chatId, ownerId } = await rest.newChat();
    expect((await mute(chatId, ownerId, { until: given }).expect(200)).body.chat.mutedUntil).toBe(shown);
  });

  test.each([
    ["no body", undefined],
    ["null", "null"],
    ["no time", {}],
    ["a time without a zone", { until: "2999-12-31T23:59:59" }],
    ["a day", { until: "2999-12-31" }],
    ["a number", { until: 32_503_680_000 }],
    ["a duration", { until: "PT8H" }],
    ["a day that is not there", { until: "2999-02-30T00:00:00Z" }],
    ["a time past the year 9999", { until: "9999-12-31T23:59:59-01:00" }],
    ["an object", { until: { $gt: "" } }],
  ])("with %s: 400 that names the field, and nothing changed", async (_what, sent) => {
    const { chatId, ownerId } = await rest.newChat();
    await mute(chatId, ownerId, { until }).expect(200);
    const { body } = await mute(chatId, ownerId, sent).expect(400);
    expect(body).toMatchObject({ code: "validation_failed", errors: [{ path: "until" }] });
    expect(await chatOf(chatId, ownerId)).toMatchObject({ mutedUntil: until });
  });

  test("a chat that is not there, or not theirs: 404, and nothing changed", async () => {
    const { chatId, ownerId, seekerId } = await rest.newChat();
    for (const id of [chatId, "0".repeat(24), "nonsense"])
      expect((await mute(id, "a-stranger", { until }).expect(404)).body.code).toBe("chat_not_found");
    for (const userId of [ownerId, seekerId]) expect(await chatOf(chatId, userId)).toMatchObject({ mutedUntil: null });
  });

  test("the booking service cannot mute for somebody", async () => {
    const { chatId } = await rest.newChat();
    await rest.call.put(`/api/chat/${chatId}/mute`).set("X-API-Key", apiKey).send({ until }).expect(401);
  });
});
