import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { apiKey, bearer, openRest, type Rest, tokenOf } from "./open-rest.ts";

let rest: Rest;
let chat: Awaited<ReturnType<Rest["newChat"]>>;
beforeAll(async () => {
  rest = await openRest();
  chat = await rest.newChat();
});
afterAll(() => rest.close());

const calls = () =>
  [
    ["get", `/api/chat/user/${chat.ownerId}`],
    ["get", `/api/chat/${chat.chatId}`],
    ["get", `/api/chat/${chat.chatId}/messages`],
    ["post", `/api/chat/${chat.chatId}/message`],
    ["put", `/api/chat/${chat.chatId}/read`],
    ["post", `/api/chat/${chat.chatId}/read`],
    ["patch", `/api/chat/${chat.chatId}/read`],
    ["put", `/api/chat/${chat.chatId}/mute`],
    ["put", `/api/chat/${chat.chatId}/status`],
    ["patch", `/api/chat/${chat.chatId}/status`],
    ["post", "/api/chat/initiate"],
    ["post", `/api/chat/user/${chat.ownerId}/revoke`],
  ] as const;

const wrong: [string, () => Record<string, string>][] = [
  ["no token", () => ({})],
  ["nonsense as a token", () => ({ Authorization: "Bearer nonsense" })],
  ["a token that has expired", () => ({ Authorization: `Bearer ${tokenOf(chat.ownerId, { expiresIn: -60 })}` })],
  ["a token without exp", () => ({ Authorization: `Bearer ${tokenOf(chat.ownerId, {})}` })],
  ["another scheme", () => ({ Authorization: `Basic ${tokenOf(chat.ownerId)}` })],
  ["a token of 100 KB", () => ({ Authorization: `Bearer ${"x".repeat(9_000)}` })],
  ["a good token and a wrong key", () => ({ Authorization: bearer(chat.ownerId)[1], "X-API-Key": "wrong" })],
];

describe("who does not show who they are", () => {
  test.each(wrong)("%s: 401 with WWW-Authenticate on every call", async (_what, headers) => {
    for (const [method, path] of calls()) {
      const answer = await rest.call[method](path).set(headers());
      expect([method, path, answer.status, answer.body.code]).toEqual([method, path, 401, "unauthenticated"]);
      expect(answer.headers["www-authenticate"]).toBe("Bearer");
    }
  });

  test("the key opens no call that is a person's", async () => {
    for (const [method, path] of calls().slice(0, 8)) {
      await rest.call[method](path).set("X-API-Key", apiKey).expect(401);
    }
  });

  test("a good token counts in any case of the scheme's name", async () => {
    const headers = { Authorization: `bEaReR ${tokenOf(chat.ownerId)}` };
    await rest.call.get(`/api/chat/${chat.chatId}`).set(headers).expect(200);
  });
});
