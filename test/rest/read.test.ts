import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { userMarkSchema } from "../../src/contract/chat.ts";
import { bearer, openRest, type Rest } from "./open-rest.ts";

let rest: Rest;
beforeAll(async () => {
  rest = await openRest();
});
afterAll(() => rest.close());

const chatWithThree = async () => {
  const chat = await rest.newChat();
  for (const content of ["a", "b"]) {
    await rest.send(chat.chatId, chat.ownerId, { type: "text", content });
  }
  return chat;
};

describe("PUT /api/chat/:chatId/read", () => {
  test("without a body everything is read", async () => {
    const { chatId, seekerId } = await chatWithThree();
    const { body } = await rest.call
      .put(`/api/chat/${chatId}/read`)
      .set(...bearer(seekerId))
      .expect(200);
    expect(userMarkSchema.parse(body.read)).toEqual(body.read);
    expect(body).toEqual({ read: { userId: seekerId, seq: 3, at: expect.any(String) } });
    const chat = await rest.call
      .get(`/api/chat/${chatId}`)
      .set(...bearer(seekerId))
      .expect(200);
    expect(chat.body.chat).toMatchObject({ unreadCount: 0, read: { [seekerId]: { seq: 3 } } });
  });

  test.each([
    ["an empty object", {}],
    ["Content-Length: 0 with a type", undefined],
  ])("%s means everything, too", async (_what, sent) => {
    const { chatId, seekerId } = await chatWithThree();
    const call = rest.call
      .put(`/api/chat/${chatId}/read`)
      .set(...bearer(seekerId))
      .type("json");
    const { body } = await call.send(sent).expect(200);
    expect(body.read.seq).toBe(3);
  });

  test("the mark never moves back, and never beyond the newest entry", async () => {
    const { chatId, seekerId } = await chatWithThree();
    const mark = async (seq: number) => {
      const { body } = await rest.call
        .put(`/api/chat/${chatId}/read`)
        .set(...bearer(seekerId))
        .send({ seq })
        .expect(200);
      return body.read.seq;
    };
    expect(await mark(2)).toBe(2);
    expect(await mark(1)).toBe(2);
    expect(await mark(0)).toBe(2);
    expect(await mark(Number.MAX_SAFE_INTEGER)).toBe(3);
  });

  test("POST and PATCH do the same", async () => {
    const { chatId, seekerId } = await chatWithThree();
    for (const method of ["post", "patch"] as const) {
      const { body } = await rest.call[method](`/api/chat/${chatId}/read`)
        .set(...bearer(seekerId))
        .expect(200);
      expect(body.read.seq).toBe(3);
    }
  });

  test.each([["1"], [-1], [1.5], [[1]], [1e300]])("seq %j: 400 that names it", async (seq) => {
    const { chatId, seekerId } = await chatWithThree();
    const { body } = await rest.call
      .put(`/api/chat/${chatId}/read`)
      .set(...bearer(seekerId))
      .send({ seq })
      .expect(400);
    expect(body).toMatchObject({ code: "validation_failed", errors: [{ path: "seq" }] });
  });

  test("a stranger: 404 chat_not_found", async () => {
    const { chatId } = await chatWithThree();
    const { body } = await rest.call
      .put(`/api/chat/${chatId}/read`)
      .set(...bearer("a-stranger"))
      .expect(404);
    expect(body.code).toBe("chat_not_found");
  });
});
