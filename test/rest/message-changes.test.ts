import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { messageSchema } from "../../src/contract/message.ts";
import { apiKey, attachmentHost, bearer, openRest, type Rest } from "./open-rest.ts";

let rest: Rest;
let shiftMs = 0;
beforeAll(async () => {
  rest = await openRest({ now: () => new Date(Date.now() + shiftMs) });
});
afterAll(() => rest.close());

const later = async (ms: number, act: () => Promise<unknown>): Promise<void> => {
  shiftMs = ms;
  try {
    await act();
  } finally {
    shiftMs = 0;
  }
};
const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

type Chat = Awaited<ReturnType<Rest["newChat"]>>;
const place = (chatId: string, seq: number | string) => `/api/chat/${chatId}/messages/${seq}`;
const patch = (userId: string, chatId: string, seq: number | string, body: object) =>
  rest.call
    .patch(place(chatId, seq))
    .set(...bearer(userId))
    .send(body);
const remove = (userId: string, chatId: string, seq: number | string) =>
  rest.call.delete(place(chatId, seq)).set(...bearer(userId));
const removeWithKey = (chatId: string, seq: number | string) =>
  rest.call.delete(place(chatId, seq)).set("X-API-Key", apiKey);
const setStatus = (chatId: string, status: string) =>
  rest.call.put(`/api/chat/${chatId}/status`).set("X-API-Key", apiKey).send({ status }).expect(200);
const logOf = async ({ chatId, ownerId }: Chat) =>
  (
    await rest.call
      .get(`/api/chat/${chatId}/messages`)
      .set(...bearer(ownerId))
      .expect(200)
  ).body.messages;
const chatOf = async ({ chatId }: Chat, userId: string) =>
  (
    await rest.call
      .get(`/api/chat/${chatId}`)
      .set(...bearer(userId))
      .expect(200)
  ).body.chat;

const image = {
  type: "image",
  content: "the room",
  attachment: { url: `https://${attachmentHost}/room.jpg`, name: "room.jpg", mimeType: "image/jpeg", size: 1_000 },
};

/** A chat in which the owner has said something, at seq 2. */
const withMessage = async (message: object = { type: "text", content: "Helo" }) => {
  const chat = await rest.newChat();
  await rest.send(chat.chatId, chat.ownerId, message);
  return chat;
};
/** Nothing was appended, and nothing shows a change. */
const expectUnchanged = async (chat: Chat): Promise<void> => {
  const log = await logOf(chat);
  expect(log).toHaveLength(2);
  expect(log[1]).not.toHaveProperty("editedAt");
  expect(log[1]).not.toHaveProperty("deleted");
};

describe("PATCH /api/chat/:chatId/messages/:seq", () => {
  test("changes the text; history, the silent entry and lastMessage have it", async () => {
    const chat = await withMessage();
    const { body } = await patch(chat.ownerId, chat.chatId, 2, { content: " Hello\u0000 " }).expect(200);
    expect(messageSchema.parse(body.message)).toEqual(body.message);
    expect(body.message).toMatchObject({ seq: 2, type: "text", content: "Hello", editedAt: expect.any(String) });
    const log = await logOf(chat);
    expect(log).toEqual([
      log[0],
      body.message,
      {
        id: expect.any(String),
        chatId: chat.chatId,
        seq: 3,
        senderId: chat.ownerId,
        type: "system",
        content: "Hello",
        system: { event: "message_edited", target: 2, silent: true },
        createdAt: body.message.editedAt,
      },
    ]);
    expect(await chatOf(chat, chat.seekerId)).toMatchObject({
      lastSeq: 3,
      lastMessage: body.message,
      unreadCount: 2,
      updatedAt: body.message.createdAt,
    });
  });

  test("changes a caption, and may take it away; the picture stays", async () => {
    const chat = await withMessage(image);
    const { body } = await patch(chat.ownerId, chat.chatId, 2, { content: "" }).expect(200);
    expect(body.message).toMatchObject({ ...image, content: "", seq: 2 });
  });

  test("the same content again changes nothing", async () => {
    const chat = await withMessage();
    await patch(chat.ownerId, chat.chatId, 2, { content: "Helo" }).expect(200);
    await expectUnchanged(chat);
    const first = await patch(chat.ownerId, chat.chatId, 2, { content: "Hello" }).expect(200);
    expect((await patch(chat.ownerId, chat.chatId, 2, { content: "Hello" }).expect(200)).body).toEqual(first.body);
    expect(await logOf(chat)).toHaveLength(3);
  });

  test("a repeat of a clientMessageId is answered an hour later, in a closed chat and after a deletion", async () => {
    const chat = await withMessage();
    const body = { content: "Hello", clientMessageId: "edit-1" };
    const first = await patch(chat.ownerId, chat.chatId, 2, body).expect(200);
    await setStatus(chat.chatId, "closed");
    await later(hour, async () => {
      expect((await patch(chat.ownerId, chat.chatId, 2, body).expect(200)).body).toEqual(first.body);
    });
    const deleted = await removeWithKey(chat.chatId, 2).expect(200);
    expect((await patch(chat.ownerId, chat.chatId, 2, body).expect(200)).body).toEqual(deleted.body);
    expect(await logOf(chat)).toHaveLength(5);
  });

  test("a clientMessageId of another edit, or of a message: idempotency_conflict", async () => {
    const chat = await withMessage({ type: "text", content: "Helo", clientMessageId: "sent" });
    await patch(chat.ownerId, chat.chatId, 2, { content: "Hello", clientMessageId: "edit" }).expect(200);
    for (const clientMessageId of ["edit", "sent"]) {
      const { body } = await patch(chat.ownerId, chat.chatId, 2, { content: "Other", clientMessageId }).expect(409);
      expect(body).toMatchObject({ code: "idempotency_conflict" });
    }
    expect(await logOf(chat)).toHaveLength(3);
  });

  test("a repeated send of a message that was edited since is answered with it as it is now", async () => {
    const message = { type: "text", content: "Helo", clientMessageId: "sent" };
    const chat = await withMessage(message);
    const edited = await patch(chat.ownerId, chat.chatId, 2, { content: "Hello" }).expect(200);
    const again = await rest.call
      .post(`/api/chat/${chat.chatId}/message`)
      .set(...bearer(chat.ownerId))
      .send(message)
      .expect(200);
    expect(again.body).toEqual(edited.body);
  });

  test("another person's message is forbidden, and a stranger finds no chat", async () => {
    const chat = await withMessage();
    const other = await patch(chat.seekerId, chat.chatId, 2, { content: "mine" }).expect(403);
    expect(other.body).toMatchObject({ code: "forbidden" });
    const stranger = await patch("a-stranger", chat.chatId, 2, { content: "mine" }).expect(404);
    expect(stranger.body).toMatchObject({ code: "chat_not_found" });
    await rest.call.patch(place(chat.chatId, 2)).send({ content: "mine" }).expect(401);
    await rest.call.patch(place(chat.chatId, 2)).set("X-API-Key", apiKey).send({ content: "mine" }).expect(401);
    await expectUnchanged(chat);
  });

  test.each([
    ["a seq that is not there", 3],
    ["the service's message", 1],
    ["no seq", "x"],
    ["zero", 0],
    ["more digits than a number has", "9".repeat(30)],
  ])("%s: message_not_found", async (_what, seq) => {
    const chat = await withMessage();
    const { body } = await patch(chat.ownerId, chat.chatId, seq, { content: "mine" }).expect(404);
    expect(body).toMatchObject({ code: "message_not_found" });
    await expectUnchanged(chat);
  });

  test("an edit is no message to edit", async () => {
    const chat = await withMessage();
    await patch(chat.ownerId, chat.chatId, 2, { content: "Hello" }).expect(200);
    await patch(chat.ownerId, chat.chatId, 3, { content: "Hello!" }).expect(404);
  });

  test.each(["readonly", "closed"])("in a chat that is %s: chat_not_active", async (status) => {
    const chat = await withMessage();
    await setStatus(chat.chatId, status);
    const { body } = await patch(chat.ownerId, chat.chatId, 2, { content: "Hello" }).expect(409);
    expect(body).toMatchObject({ code: "chat_not_active" });
  });

  test("until fifteen minutes after it was sent; then too_late", async () => {
    const chat = await withMessage();
    await later(14 * minute, () => patch(chat.ownerId, chat.chatId, 2, { content: "Hello" }).expect(200));
    await later(15 * minute, async () => {
      const { body } = await patch(chat.ownerId, chat.chatId, 2, { content: "Hello!" }).expect(409);
      expect(body).toMatchObject({ code: "too_late" });
      await patch(chat.ownerId, chat.chatId, 2, { content: "Hello" }).expect(409);
    });
  });

  test.each([
    ["no content", {}],
    ["a text of nothing", { content: " \u200b " }],
    ["a number", { content: 5 }],
    ["4,001 characters", { content: "x".repeat(4_001) }],
    ["an empty clientMessageId", { content: "x", clientMessageId: "" }],
  ])("%s: validation_failed", async (_what, body) => {
    const chat = await withMessage();
    const answer = await patch(chat.ownerId, chat.chatId, 2, body).expect(400);
    expect(answer.body).toMatchObject({ code: "validation_failed", errors: [{ path: expect.any(String) }] });
    await expectUnchanged(chat);
  });
});

describe("DELETE /api/chat/:chatId/messages/:seq", () => {
  test("takes text and file away and keeps the place; again, the same answer", async () => {
    const chat = await withMessage(image);
    await patch(chat.ownerId, chat.chatId, 2, { content: "a secret" }).expect(200);
    const { body } = await remove(chat.ownerId, chat.chatId, 2).expect(200);
    const log = await logOf(chat);
    expect(body.message).toEqual({
      id: log[1].id,
      chatId: chat.chatId,
      seq: 2,
      senderId: chat.ownerId,
      type: "image",
      content: "",
      deleted: { by: "sender", at: log[3].createdAt },
      createdAt: log[1].createdAt,
    });
    expect(log[1]).toEqual(body.message);
    expect(log[2]).toMatchObject({ system: { event: "message_edited", target: 2 }, content: "" });
    expect(log[3]).toMatchObject({
      senderId: chat.ownerId,
      content: "",
      system: { event: "message_deleted", target: 2, silent: true },
    });
    expect((await chatOf(chat, chat.seekerId)).lastMessage).toEqual(body.message);
    expect((await remove(chat.ownerId, chat.chatId, 2).expect(200)).body).toEqual(body);
    await later(2 * day, async () =>
      expect((await remove(chat.ownerId, chat.chatId, 2).expect(200)).body).toEqual(body),
    );
    expect(await logOf(chat)).toHaveLength(4);
  });

  test("the service deletes any message, always", async () => {
    const chat = await withMessage();
    await setStatus(chat.chatId, "closed");
    await later(2 * day, async () => {
      const { body } = await removeWithKey(chat.chatId, 2).expect(200);
      expect(body.message).toMatchObject({ content: "", deleted: { by: "operator" } });
      const log = await logOf(chat);
      expect(log[3]).toMatchObject({ senderId: null, system: { event: "message_deleted", target: 2, silent: true } });
      expect((await remove(chat.ownerId, chat.chatId, 2).expect(200)).body).toEqual(body);
    });
  });

  test("a deleted message can't be edited: message_deleted", async () => {
    const chat = await withMessage();
    await remove(chat.ownerId, chat.chatId, 2).expect(200);
    const { body } = await patch(chat.ownerId, chat.chatId, 2, { content: "back" }).expect(409);
    expect(body).toMatchObject({ code: "message_deleted" });
  });

  test("of an older message leaves lastMessage as it is", async () => {
    const chat = await withMessage();
    const newer = await rest.call
      .post(`/api/chat/${chat.chatId}/message`)
      .set(...bearer(chat.seekerId))
      .send({ type: "text", content: "newer" })
      .expect(201);
    await remove(chat.ownerId, chat.chatId, 2).expect(200);
    expect((await chatOf(chat, chat.ownerId)).lastMessage).toEqual(newer.body.message);
  });

  test("another person's message is forbidden, also when it is deleted; a stranger finds no chat", async () => {
    const chat = await withMessage();
    expect((await remove(chat.seekerId, chat.chatId, 2).expect(403)).body).toMatchObject({ code: "forbidden" });
    expect((await remove("a-stranger", chat.chatId, 2).expect(404)).body).toMatchObject({ code: "chat_not_found" });
    await rest.call.delete(place(chat.chatId, 2)).expect(401);
    await rest.call.delete(place(chat.chatId, 2)).set("X-API-Key", "wrong").expect(401);
    await expectUnchanged(chat);
    await removeWithKey(chat.chatId, 2).expect(200);
    await remove(chat.seekerId, chat.chatId, 2).expect(403);
  });

  test.each([
    ["a seq that is not there", 3],
    ["the service's message", 1],
    ["no seq", "x"],
  ])("%s: message_not_found, also with the key", async (_what, seq) => {
    const chat = await withMessage();
    for (const call of [remove(chat.ownerId, chat.chatId, seq), removeWithKey(chat.chatId, seq)])
      expect((await call.expect(404)).body).toMatchObject({ code: "message_not_found" });
    await expectUnchanged(chat);
  });

  test("with the key, a chat that is not there: chat_not_found", async () => {
    const { body } = await removeWithKey("0".repeat(24), 1).expect(404);
    expect(body).toMatchObject({ code: "chat_not_found" });
  });

  test("in a read-only chat it works, in a closed one not", async () => {
    const chat = await withMessage();
    await setStatus(chat.chatId, "closed");
    expect((await remove(chat.ownerId, chat.chatId, 2).expect(409)).body).toMatchObject({ code: "chat_not_active" });
    await setStatus(chat.chatId, "readonly");
    await remove(chat.ownerId, chat.chatId, 2).expect(200);
  });

  test("until a day after it was sent; then too_late", async () => {
    const chat = await withMessage();
    await later(day, async () => {
      expect((await remove(chat.ownerId, chat.chatId, 2).expect(409)).body).toMatchObject({ code: "too_late" });
    });
    await later(day - minute, () => remove(chat.ownerId, chat.chatId, 2).expect(200));
  });
});
