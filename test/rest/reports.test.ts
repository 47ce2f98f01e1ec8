import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Message } from "../../src/chat/log/entry.ts";
import { type Report, reportPageSchema, reportSchema } from "../../src/contract/reports.ts";
import { apiKey, bearer, openRest, type Rest } from "./open-rest.ts";

let rest: Rest;
beforeAll(async () => {
  rest = await openRest();
});
afterAll(() => rest.close());

type Chat = Awaited<ReturnType<Rest["newChat"]>>;
const say = ({ chatId }: Chat, userId: string, content: string): Promise<void> =>
  rest.send(chatId, userId, { type: "text", content });
const report = (chatId: string, userId: string, body: object) =>
  rest.call
    .post(`/api/chat/${chatId}/reports`)
    .set(...bearer(userId))
    .send(body);
const list = async (query = ""): Promise<{ reports: Report[]; nextCursor: string | null }> => {
  const { body } = await rest.call.get(`/api/chat/reports${query}`).set("X-API-Key", apiKey).expect(200);
  return reportPageSchema.parse(body);
};
const change = (id: string, body: object) =>
  rest.call.put(`/api/chat/reports/${id}`).set("X-API-Key", apiKey).send(body);
const seqs = (entries: Message[]): number[] => entries.map(({ seq }) => seq);
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);

/** A chat in which the owner has sent 24 texts, seqs 2 to 25. */
const aLongChat = async (): Promise<Chat> => {
  const chat = await rest.newChat();
  for (let n = 2; n <= 25; n += 1) await say(chat, chat.ownerId, `text ${n}`);
  return chat;
};

describe("POST /api/chat/:chatId/reports", () => {
  test("keeps the message with ten entries on each side, though it is edited and deleted later", async () => {
    const chat = await aLongChat();
    const { body } = await report(chat.chatId, chat.seekerId, { seq: 13, reason: "scam", note: " money " }).expect(201);
    expect(body.report).toMatchObject({ chatId: chat.chatId, seq: 13, reason: "scam", note: "money", status: "open" });
    await rest.call
      .delete(`/api/chat/${chat.chatId}/messages/13`)
      .set(...bearer(chat.ownerId))
      .expect(200);
    const found = (await list()).reports.find(({ id }) => id === body.report.id);
    expect(found).toMatchObject({
      bookingId: chat.bookingId,
      reporterId: chat.seekerId,
      reportedId: chat.ownerId,
      reason: "scam",
    });
    expect(seqs(found?.entries ?? [])).toEqual(range(3, 23));
    expect(found?.entries[10]).toMatchObject({ seq: 13, content: "text 13" });
  });

  test("near the beginning there are fewer before it, and without a seq the newest ones", async () => {
    const chat = await aLongChat();
    await report(chat.chatId, chat.seekerId, { seq: 3, reason: "hate" }).expect(201);
    const { body } = await report(chat.chatId, chat.seekerId, { reason: "hate" }).expect(201);
    expect(body.report).not.toHaveProperty("seq");
    const [message, person] = (await list("?limit=200")).reports.filter(({ chatId }) => chatId === chat.chatId);
    expect(seqs(message?.entries ?? [])).toEqual(range(1, 13));
    expect(seqs(person?.entries ?? [])).toEqual(range(5, 25));
  });

  test("the same again, also at once, is answered 200 with the first report", async () => {
    const chat = await rest.newChat();
    await say(chat, chat.ownerId, "pay me");
    const answers = await Promise.all(
      range(1, 8).map(() => report(chat.chatId, chat.seekerId, { seq: 2, reason: "scam" })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(7);
    expect(new Set(answers.map(({ body }) => body.report.id)).size).toBe(1);
    await report(chat.chatId, chat.seekerId, { seq: 2, reason: "spam" }).expect(201);
    await report(chat.chatId, chat.ownerId, { reason: "scam" }).expect(201);
  });

  test("strangers, own messages, system messages and seqs that are not there", async () => {
    const chat = await rest.newChat();
    await say(chat, chat.ownerId, "hello");
    const codeOf = async (userId: string, body: object, status: number) =>
      (await report(chat.chatId, userId, body).expect(status)).body.code;
    expect(await codeOf("a-stranger", { reason: "spam" }, 404)).toBe("chat_not_found");
    expect(await codeOf(chat.ownerId, { seq: 2, reason: "spam" }, 403)).toBe("forbidden");
    expect(await codeOf(chat.ownerId, { seq: 1, reason: "spam" }, 404)).toBe("message_not_found");
    expect(await codeOf(chat.ownerId, { seq: 9, reason: "spam" }, 404)).toBe("message_not_found");
    await rest.call.post(`/api/chat/${chat.chatId}/reports`).send({ reason: "spam" }).expect(401);
    await rest.call
      .post(`/api/chat/${chat.chatId}/reports`)
      .set("X-API-Key", apiKey)
      .send({ reason: "spam" })
      .expect(401);
    expect((await list("?limit=200")).reports.filter(({ chatId }) => chatId === chat.chatId)).toEqual([]);
  });

  test.each([
    ["no reason", {}],
    ["another reason", { reason: "boring" }],
    ["a seq of zero", { reason: "spam", seq: 0 }],
    ["a note of 1,001 characters", { reason: "spam", note: "x".repeat(1_001) }],
  ])("%s: validation_failed", async (_what, body) => {
    const chat = await rest.newChat();
    expect((await report(chat.chatId, chat.ownerId, body).expect(400)).body).toMatchObject({
      code: "validation_failed",
    });
  });

  test("a chat that is closed can be reported", async () => {
    const chat = await rest.newChat();
    await rest.call
      .put(`/api/chat/${chat.chatId}/status`)
      .set("X-API-Key", apiKey)
      .send({ status: "closed" })
      .expect(200);
    await report(chat.chatId, chat.ownerId, { reason: "other", note: null }).expect(201);
  });
});

describe("the service's reports", () => {
  test("come in pages, open ones first, the oldest first", async () => {
    const own = await openRest();
    try {
      const made: string[] = [];
      for (let n = 0; n < 7; n += 1) {
        const chat = await own.newChat();
        const { body } = await own.call
          .post(`/api/chat/${chat.chatId}/reports`)
          .set(...bearer(chat.ownerId))
          .send({ reason: "spam" })
          .expect(201);
        made.push(body.report.id);
      }
      const get = async (query: string) =>
        reportPageSchema.parse((await own.call.get(`/api/chat/reports${query}`).set("X-API-Key", apiKey)).body);
      await own.call
        .put(`/api/chat/reports/${made[0]}`)
        .set("X-API-Key", apiKey)
        .send({ status: "closed" })
        .expect(200);
      const found: string[] = [];
      for (let cursor: string | null = ""; cursor !== null; ) {
        const page = await get(`?limit=2${cursor && `&cursor=${cursor}`}`);
        found.push(...page.reports.map(({ id }) => id));
        cursor = page.nextCursor;
      }
      expect(found).toEqual([...made.slice(1), made[0]]);
      expect((await get("?status=open")).reports.map(({ id }) => id)).toEqual(made.slice(1));
      expect((await get("?status=closed")).reports.map(({ id }) => id)).toEqual(made.slice(0, 1));
    } finally {
      await own.close();
    }
  });

  test("a closed report has no evidence any more, and a note; it can be opened again", async () => {
    const chat = await rest.newChat();
    const { body } = await report(chat.chatId, chat.ownerId, { reason: "spam", note: "theirs" }).expect(201);
    const closed = await change(body.report.id, { status: "closed", note: "account locked" }).expect(200);
    expect(reportSchema.parse(closed.body.report)).toMatchObject({
      status: "closed",
      note: "theirs",
      operatorNote: "account locked",
      entries: [],
    });
    const opened = await change(body.report.id, { status: "open" }).expect(200);
    expect(opened.body.report).toMatchObject({ status: "open", entries: [] });
    expect(opened.body.report).not.toHaveProperty("operatorNote");
  });

  test("are for the key alone, and a wrong query, cursor, id or status is told", async () => {
    const chat = await rest.newChat();
    const { body } = await report(chat.chatId, chat.ownerId, { reason: "spam" }).expect(201);
    const { id } = body.report;
    for (const [name, value] of [bearer(chat.ownerId), ["X-API-Key", "wrong"] as const]) {
      await rest.call.get("/api/chat/reports").set(name, value).expect(401);
      await rest.call.put(`/api/chat/reports/${id}`).set(name, value).send({ status: "closed" }).expect(401);
    }
    for (const query of ["?limit=0", "?limit=201", "?limit=x", "?status=new", "?cursor=abc"])
      await rest.call.get(`/api/chat/reports${query}`).set("X-API-Key", apiKey).expect(400);
    await change(id, {}).expect(400);
    await change(id, { status: "done" }).expect(400);
    expect((await change("0".repeat(24), { status: "closed" }).expect(404)).body).toMatchObject({ code: "not_found" });
    await change("x", { status: "closed" }).expect(404);
  });
});
