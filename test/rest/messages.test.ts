import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ChatError } from "../../src/chat/errors.ts";
import { messageSchema } from "../../src/contract/message.ts";
import { apiKey, attachmentHost, bearer, openRest, type Rest } from "./open-rest.ts";

let rest: Rest;
beforeAll(async () => {
  rest = await openRest();
});
afterAll(() => rest.close());

const send = (chatId: string, userId: string, message: object) =>
  rest.call
    .post(`/api/chat/${chatId}/message`)
    .set(...bearer(userId))
    .send(message);
const read = (chatId: string, userId: string, query = "") =>
  rest.call.get(`/api/chat/${chatId}/messages${query}`).set(...bearer(userId));
const seqs = (body: { messages: { seq: number }[] }) => body.messages.map(({ seq }) => seq);

const image = {
  type: "image",
  attachment: { url: `https://${attachmentHost}/room.jpg`, name: "room.jpg", mimeType: "image/jpeg", size: 1_000 },
};

describe("POST /api/chat/:chatId/message", () => {
  test("a message lands: 201, a whole Message, and where to find it", async () => {
    const { chatId, ownerId } = await rest.newChat();
    const { body, headers } = await send(chatId, ownerId, { type: "text", content: " Grüße 👍🏽\u0000 " }).expect(201);
    expect(messageSchema.parse(body.message)).toEqual(body.message);
    expect(body.message).toMatchObject({ chatId, seq: 2, senderId: ownerId, type: "text", content: "Grüße 👍🏽" });
    const found = await rest.call
      .get(headers["location"] ?? "")
      .set(...bearer(ownerId))
      .expect(200);
    expect(found.body.messages).toEqual([body.message]);
  });

  test("a repeat of the same clientMessageId: 200 and the same message, also after the chat was closed", async () => {
    const { chatId, ownerId, seekerId } = await rest.newChat();
    const message = { type: "text", content: "once", clientMessageId: "c-1" };
    const first = await send(chatId, ownerId, message).expect(201);
    expect((await send(chatId, ownerId, message).expect(200)).body).toEqual(first.body);
    await rest.call.put(`/api/chat/${chatId}/status`).set("X-API-Key", apiKey).send({ status: "closed" }).expect(200);
    expect((await send(chatId, ownerId, message).expect(200)).body).toEqual(first.body);
    await send(chatId, seekerId, message).expect(409);
  });

  test("of ten repeats at once one is 201 and all carry the same message", async () => {
    const { chatId, ownerId } = await rest.newChat();
    const message = { type: "text", content: "once", clientMessageId: "c-1" };
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(chatId, ownerId, message)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body.message.id)).size).toBe(1);
  });

  test("the same clientMessageId with other content: 409 idempotency_conflict", async () => {
    const { chatId, ownerId } = await rest.newChat();
    await send(chatId, ownerId, { type: "text", content: "one", clientMessageId: "c-1" }).expect(201);
    const { body } = await send(chatId, ownerId, { type: "text", content: "two", clientMessageId: "c-1" }).expect(409);
    expect(body.code).toBe("idempotency_conflict");
  });

  test("so it is after an edit; the repeat of what was sent is answered with what is shown, and so after a deletion", async () => {
    const { chatId, ownerId } = await rest.newChat();
    const one = { type: "text", content: "one", clientMessageId: "c-1" };
    const { body: sent } = await send(chatId, ownerId, one).expect(201);
    const path = `/api/chat/${chatId}/messages/${sent.message.seq}`;
    for (const content of ["edited", "edited again"]) {
      await rest.call
        .patch(path)
        .set(...bearer(ownerId))
        .send({ content })
        .expect(200);
      for (const other of ["two", content]) await send(chatId, ownerId, { ...one, content: other }).expect(409);
      expect((await send(chatId, ownerId, one).expect(200)).body.message).toMatchObject({ content });
    }
    await rest.call
      .delete(path)
      .set(...bearer(ownerId))
      .expect(200);
    expect((await send(chatId, ownerId, one).expect(200)).body.message).toMatchObject({ content: "", deleted: {} });
    const stored = await rest.store.log.findSent(chatId, ownerId, "c-1");
    expect(stored).not.toHaveProperty("sentDigest");
  });

  test("a chat that is not active: 409 chat_not_active", async () => {
    const { chatId, ownerId } = await rest.newChat();
    await rest.call.put(`/api/chat/${chatId}/status`).set("X-API-Key", apiKey).send({ status: "readonly" }).expect(200);
    const { body } = await send(chatId, ownerId, { type: "text", content: "hello" }).expect(409);
    expect(body.code).toBe("chat_not_active");
  });

  test("an image comes back with its attachment, caption or not", async () => {
    const { chatId, ownerId } = await rest.newChat();
    const { body } = await send(chatId, ownerId, image).expect(201);
    expect(body.message).toMatchObject({ ...image, content: "" });
    await send(chatId, ownerId, { ...image, content: "the room" }).expect(201);
  });

  test("a stranger: 404, whatever the body", async () => {
    const { chatId } = await rest.newChat();
    const { body } = await send(chatId, "a-stranger", { type: "text", content: "hello" }).expect(404);
    expect(body.code).toBe("chat_not_found");
  });

  test.each([
    ["type system", { type: "system", content: "x" }, "type"],
    ["no type", { content: "x" }, "type"],
    ["no content", { type: "text" }, "content"],
    ["content of blanks", { type: "text", content: " \n\u202e " }, "content"],
    ["4,001 characters", { type: "text", content: "👍".repeat(4_001) }, "content"],
    ["content as a list", { type: "text", content: ["x"] }, "content"],
    ["an empty clientMessageId", { type: "text", content: "x", clientMessageId: "" }, "clientMessageId"],
    [
      "65 characters of clientMessageId",
      { type: "text", content: "x", clientMessageId: "c".repeat(65) },
      "clientMessageId",
    ],
    [
      "half a character as clientMessageId",
      { type: "text", content: "x", clientMessageId: "\ud800" },
      "clientMessageId",
    ],
    ["an image without attachment", { type: "image", content: "x" }, "attachment"],
    [
      "another host",
      { ...image, attachment: { ...image.attachment, url: "https://evil.example/x" } },
      "attachment.url",
    ],
    ["http", { ...image, attachment: { ...image.attachment, url: `http://${attachmentHost}/x` } }, "attachment.url"],
    ["an SVG", { ...image, attachment: { ...image.attachment, mimeType: "image/svg+xml" } }, "attachment.mimeType"],
    ["a negative size", { ...image, attachment: { ...image.attachment, size: -1 } }, "attachment.size"],
  ])("%s: 400 that names the field", async (_what, message, path) => {
    const { chatId, ownerId } = await rest.newChat();
    const { body } = await send(chatId, ownerId, message).expect(400);
    expect(body).toMatchObject({ code: "validation_failed", errors: [{ path }] });
  });

  test("4,000 characters of four bytes each are taken", async () => {
    const { chatId, ownerId } = await rest.newChat();
    await send(chatId, ownerId, { type: "text", content: "👍".repeat(4_000) }).expect(201);
  });

  test("who sends too fast: 429 with Retry-After in whole seconds, and nothing is written", async () => {
    const sends = async () => {
      throw new ChatError("rate_limited", { retryAfterMs: 1_200 });
    };
    const none = { take: async () => undefined };
    const strict = await openRest({ limits: { requests: none, addressRequests: none, sends } });
    try {
      const { chatId, ownerId } = await strict.newChat();
      const message = { type: "text", content: "hello" };
      const answer = await strict.call
        .post(`/api/chat/${chatId}/message`)
        .set(...bearer(ownerId))
        .send(message)
        .expect(429);
      expect(answer.headers["retry-after"]).toBe("2");
      expect(answer.body.retryAfterMs).toBe(1_200);
      const { body } = await strict.call
        .get(`/api/chat/${chatId}`)
        .set(...bearer(ownerId))
        .expect(200);
      expect(body.chat.lastSeq).toBe(1);
    } finally {
      await strict.close();
    }
  });
});

describe("GET /api/chat/:chatId/messages", () => {
  test("pages go back and forth through the log, ascending, with hasMore", async () => {
    const { chatId, ownerId, seekerId } = await rest.newChat();
    for (const content of ["a", "b", "c", "d"]) await send(chatId, ownerId, { type: "text", content }).expect(201);
    const newest = await read(chatId, seekerId, "?limit=2").expect(200);
    expect([seqs(newest.body), newest.body.hasMore]).toEqual([[4, 5], true]);
    const before = await read(chatId, seekerId, "?before=4&limit=200").expect(200);
    expect([seqs(before.body), before.body.hasMore]).toEqual([[1, 2, 3], false]);
    const after = await read(chatId, seekerId, "?after=0&limit=2").expect(200);
    expect([seqs(after.body), after.body.hasMore]).toEqual([[1, 2], true]);
    const none = await read(chatId, seekerId, "?after=9007199254740991").expect(200);
    expect(none.body).toEqual({ messages: [], hasMore: false });
    for (const message of newest.body.messages) expect(messageSchema.parse(message)).toEqual(message);
  });

  test("the newest 50 unless told", async () => {
    const { chatId, ownerId } = await rest.newChat();
    await Promise.all(
      Array.from({ length: 55 }, () => send(chatId, ownerId, { type: "text", content: "x" }).expect(201)),
    );
    const { body } = await read(chatId, ownerId).expect(200);
    expect([body.messages.length, body.messages.at(-1).seq, body.hasMore]).toEqual([50, 56, true]);
  });

  test.each([
    ["limit=201", "limit"],
    ["limit=0", "limit"],
    ["limit=1e2", "limit"],
    ["before=-1", "before"],
    ["before=1&before=2", "before"],
    ["after=9007199254740992", "after"],
    ["after=NaN", "after"],
    ["after=1.0", "after"],
    ["before=", "before"],
    ["before=%001", "before"],
    ["before=5&after=1", "after"],
  ])("?%s: 400 that names the parameter", async (query, path) => {
    const { chatId, ownerId } = await rest.newChat();
    const { body } = await read(chatId, ownerId, `?${query}`).expect(400);
    expect(body).toMatchObject({ code: "validation_failed", errors: [{ path }] });
  });
});
