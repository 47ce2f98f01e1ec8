import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { chatSchema } from "../../src/contract/chat.ts";
import { apiKey, bearer, newBooking, openRest, type Rest } from "./open-rest.ts";

let rest: Rest;
beforeAll(async () => {
  rest = await openRest();
});
afterAll(() => rest.close());

const inbox = (userId: string, query = "") => rest.call.get(`/api/chat/user/${userId}${query}`).set(...bearer(userId));
const text = (content: string) => ({ type: "text", content });

describe("GET /api/chat/user/:userId", () => {
  test("a user without chats has an empty inbox", async () => {
    const { body } = await inbox("nobody-yet").expect(200);
    expect(body).toEqual({ chats: [], nextCursor: null });
  });

  test("both people find the chat, each with their own unread count", async () => {
    const { chatId, ownerId, seekerId } = await rest.newChat();
    await rest.call
      .post(`/api/chat/${chatId}/message`)
      .set(...bearer(ownerId))
      .send(text("hello"))
      .expect(201);
    const [owners, seekers] = [await inbox(ownerId).expect(200), await inbox(seekerId).expect(200)];
    expect(owners.body.chats[0]).toMatchObject({ id: chatId, unreadCount: 0 });
    expect(seekers.body.chats[0]).toMatchObject({ id: chatId, unreadCount: 2 });
    expect(chatSchema.parse(seekers.body.chats[0])).toEqual(seekers.body.chats[0]);
  });

  test("what was sent over the node stands in it at once, also one message after the other", async () => {
    const { chatId, ownerId, seekerId } = await rest.newChat();
    for (const seq of [2, 3, 4, 5, 6]) {
      const send = rest.call.post(`/api/chat/${chatId}/message`).set(...bearer(ownerId));
      await send.send(text(`message ${seq}`)).expect(201);
      const { body } = await inbox(seekerId).expect(200);
      expect(body.chats[0]).toMatchObject({ lastSeq: seq, lastMessage: { seq }, unreadCount: seq });
    }
  });

  test("pages lead through all chats, latest activity first, none twice", async () => {
    const { ownerId } = newBooking();
    const made: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      const booking = { ...newBooking(), ownerId };
      const { body } = await rest.call.post("/api/chat/initiate").set("X-API-Key", apiKey).send(booking).expect(201);
      made.unshift(body.chat.id);
    }
    const seen: string[] = [];
    for (let cursor = ""; ; ) {
      const { body } = await inbox(ownerId, `?limit=2${cursor}`).expect(200);
      seen.push(...body.chats.map(({ id }: { id: string }) => id));
      if (body.nextCursor === null) break;
      cursor = `&cursor=${encodeURIComponent(body.nextCursor)}`;
    }
    expect(seen).toEqual(made);
  });

  test("status picks the chats of one status", async () => {
    const { chatId, ownerId } = await rest.newChat();
    await rest.call.put(`/api/chat/${chatId}/status`).set("X-API-Key", apiKey).send({ status: "closed" }).expect(200);
    expect((await inbox(ownerId, "?status=active").expect(200)).body.chats).toEqual([]);
    expect((await inbox(ownerId, "?status=closed").expect(200)).body.chats).toHaveLength(1);
  });

  test("somebody else's inbox: 403 forbidden", async () => {
    const { body } = await rest.call
      .get("/api/chat/user/somebody")
      .set(...bearer("another"))
      .expect(403);
    expect(body.code).toBe("forbidden");
  });

  test("every id a user can have can ask", async () => {
    for (const userId of ["user-1_a.b:c", "__proto__", "constructor", "x".repeat(128), "..a"]) {
      await rest.call
        .get(`/api/chat/user/${encodeURIComponent(userId).replaceAll(".", "%2E")}`)
        .set(...bearer(userId))
        .expect(200);
    }
  });

  test.each([
    ["limit=0", "limit"],
    ["limit=201", "limit"],
    ["limit=1e2", "limit"],
    ["limit=-1", "limit"],
    ["limit=+1", "limit"],
    ["limit=1.5", "limit"],
    ["limit=0x10", "limit"],
    ["limit=", "limit"],
    ["limit=5&limit=6", "limit"],
    ["limit[]=5&limit=6", "limit"],
    ["limit=99999999999999999999", "limit"],
    ["status=open", "status"],
    ["status=active&status=closed", "status"],
    ["cursor=not-ours", "cursor"],
    ["cursor=", "cursor"],
    [`cursor=${"x".repeat(201)}`, "cursor"],
    ["cursor=%ff%00", "cursor"],
  ])("?%s: 400 that names the parameter", async (query, path) => {
    // limit[] is a parameter of another name, so what counts is the plain one beside it.
    const expected = query.startsWith("limit[]") ? 200 : 400;
    const { body } = await inbox("somebody", `?${query}`).expect(expected);
    if (expected === 400) expect(body).toMatchObject({ code: "validation_failed", errors: [{ path }] });
  });

  test.each([
    ["-1", "Too small: expected number to be >=1"],
    ["201", "Too big: expected number to be <=200"],
    ["1.5", "Invalid input: expected int, received number"],
    ["1e2", "Invalid input: expected number, received string"],
  ])("?limit=%s says what is wrong with it", async (limit, message) => {
    const { body } = await inbox("somebody", `?limit=${limit}`).expect(400);
    expect(body.errors).toEqual([{ path: "limit", message }]);
  });

  test("parameters nobody knows are let through", async () => {
    await inbox("somebody", "?__proto__=1&utm=2&limit=5").expect(200);
  });
});

describe("GET /api/chat/:chatId", () => {
  test("a participant gets the chat, in whatever case its id is written", async () => {
    const { chatId, seekerId, ...booking } = await rest.newChat();
    for (const id of [chatId, chatId.toUpperCase()]) {
      const { body } = await rest.call
        .get(`/api/chat/${id}`)
        .set(...bearer(seekerId))
        .expect(200);
      expect(chatSchema.parse(body.chat)).toEqual(body.chat);
      expect(body.chat).toMatchObject({ id: chatId, seekerId, ...booking, lastMessage: { type: "system", seq: 1 } });
    }
  });

  test("nobody can tell a chat that is not theirs from one that is not there", async () => {
    const { chatId } = await rest.newChat();
    const told = await Promise.all(
      [chatId, "0".repeat(24), "not-an-id", "user", "%20"].map(async (id) => {
        const answer = await rest.call
          .get(`/api/chat/${id}`)
          .set(...bearer("a-stranger"))
          .expect(404);
        const { requestId: _own, ...problem } = answer.body;
        return problem;
      }),
    );
    expect(new Set(told.map((problem) => JSON.stringify(problem))).size).toBe(1);
    expect(told[0]).toMatchObject({ code: "chat_not_found", status: 404 });
  });

  test("HEAD answers as GET does, without a body", async () => {
    const { chatId, ownerId } = await rest.newChat();
    const { headers, text: body } = await rest.call
      .head(`/api/chat/${chatId}`)
      .set(...bearer(ownerId))
      .expect(200);
    expect(headers["content-type"]).toMatch(/^application\/json/);
    expect(body).toBeFalsy();
  });
});
