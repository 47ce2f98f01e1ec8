import { request as httpRequest, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type request from "supertest";
import { erasureAnswerSchema, exportLineSchema } from "../../src/contract/service/user-data.ts";
import { until } from "../support/chat-client.ts";
import { sendText } from "../support/open-test-store.ts";
import { uniqueName } from "../support/services.ts";
import { apiKey, bearer, openRest, type Rest } from "./open-rest.ts";

let rest: Rest;
beforeAll(async () => {
  rest = await openRest();
});
afterAll(() => rest.close());

const asService = ["X-API-Key", apiKey] as const;
const dataOf = (userId: string): string => `/api/chat/user/${userId}/data`;

const linesIn = (text: string) => {
  expect(text.endsWith("\n")).toBe(true);
  const lines = text.trimEnd().split("\n");
  return lines.map((line) => exportLineSchema.parse(JSON.parse(line)));
};

const exportOf = async (userId: string) => {
  const response = await rest.call
    .get(dataOf(userId))
    .set(...asService)
    .buffer(true)
    .parse(textParser)
    .expect(200)
    .expect("content-type", /^application\/x-ndjson/);
  return linesIn(String(response.body));
};
const textParser = (response: request.Response, done: (error: Error | null, body: unknown) => void): void => {
  let text = "";
  response.on("data", (chunk: Buffer) => void (text += chunk.toString()));
  response.on("end", () => done(null, text));
};

describe("DELETE /api/chat/user/:userId/data", () => {
  test("is answered 202 with the erasure, again with the same one; its state can be read", async () => {
    const userId = uniqueName("user");
    await rest.call
      .get(`${dataOf(userId)}/erasure`)
      .set(...asService)
      .expect(404);
    const first = await rest.call
      .delete(dataOf(userId))
      .set(...asService)
      .expect(202);
    const { erasure } = erasureAnswerSchema.parse(first.body);
    expect(erasure).toMatchObject({ id: expect.stringMatching(/^[0-9a-f]{24}$/), state: "running", erased: 0 });
    const again = await Promise.all(
      [1, 2, 3].map(() =>
        rest.call
          .delete(dataOf(userId))
          .set(...asService)
          .expect(202),
      ),
    );
    for (const { body } of again) expect(body).toEqual(first.body);
    const { body } = await rest.call
      .get(`${dataOf(userId)}/erasure`)
      .set(...asService)
      .expect(200);
    expect(body).toEqual(first.body);
  });

  test("ten first calls at once make one erasure", async () => {
    const userId = uniqueName("user");
    const calls = Array.from({ length: 10 }, () => rest.call.delete(dataOf(userId)).set(...asService));
    const answers = await Promise.all(calls);
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 202));
    expect(new Set(answers.map(({ body }) => body.erasure.id)).size).toBe(1);
  });
});

test("all three calls need the key and a possible user id, and nothing is stored without", async () => {
  const userId = uniqueName("user");
  for (const [name, value] of [bearer(userId), ["X-API-Key", "wrong"] as const]) {
    for (const call of [
      rest.call.get(dataOf(userId)),
      rest.call.delete(dataOf(userId)),
      rest.call.get(`${dataOf(userId)}/erasure`),
    ])
      await call.set(name, value).expect(401);
  }
  await rest.call.delete(dataOf(userId)).expect(401);
  expect(await rest.store.userData.erasures.find(userId)).toBeNull();
  for (const wrong of ["a%20b", "..%2e", "x".repeat(129)]) {
    await rest.call
      .get(dataOf(wrong))
      .set(...asService)
      .expect(400);
    await rest.call
      .delete(dataOf(wrong))
      .set(...asService)
      .expect(400);
  }
});

describe("GET /api/chat/user/:userId/data", () => {
  test("has the chats, own and received messages, marks and reports, and of others no id", async () => {
    const { chatId, bookingId, ownerId, seekerId } = await rest.newChat();
    const say = async (userId: string, content: string): Promise<void> => {
      await rest.call
        .post(`/api/chat/${chatId}/message`)
        .set(...bearer(userId))
        .send({ type: "text", content, clientMessageId: content })
        .expect(201);
    };
    await say(ownerId, "mine-1");
    await say(seekerId, "theirs");
    await say(ownerId, "mine-2");
    await rest.call
      .patch(`/api/chat/${chatId}/messages/2`)
      .set(...bearer(ownerId))
      .send({ content: "mine, edited" })
      .expect(200);
    await rest.call
      .delete(`/api/chat/${chatId}/messages/4`)
      .set(...bearer(ownerId))
      .expect(200);
    await rest.call
      .post(`/api/chat/${chatId}/reports`)
      .set(...bearer(ownerId))
      .send({ seq: 3, reason: "spam", note: "look" })
      .expect(201);
    await rest.call
      .post(`/api/chat/${chatId}/reports`)
      .set(...bearer(seekerId))
      .send({ reason: "other" })
      .expect(201);
    const lines = await exportOf(ownerId);
    expect(lines).toMatchObject([
      { kind: "user", userId: ownerId },
      { kind: "chat", id: chatId, bookingId, role: "owner", status: "active" },
      { kind: "received", seq: 1, senderRole: "service", type: "system" },
      { kind: "message", seq: 2, content: "mine, edited", editedAt: expect.any(String), clientMessageId: "mine-1" },
      { kind: "received", seq: 3, senderRole: "seeker", content: "theirs" },
      { kind: "message", seq: 4, content: "", deleted: { by: "sender" } },
      { kind: "marks", chatId, read: { seq: 4 }, mutedUntil: null },
      { kind: "report", chatId, seq: 3, reason: "spam", note: "look", status: "open" },
      { kind: "end", chats: 1, messages: 2, received: 2, reports: 1 },
    ]);
    expect(JSON.stringify(lines)).not.toContain(seekerId);
  });

  test("of an unknown user has no more than its first and its last line", async () => {
    const userId = uniqueName("nobody");
    expect(await exportOf(userId)).toMatchObject([
      { kind: "user", userId },
      { kind: "end", chats: 0, messages: 0, received: 0, reports: 0 },
    ]);
    await rest.call
      .head(dataOf(userId))
      .set(...asService)
      .expect(200);
  });
});

describe("a large export", () => {
  const count = 6_000;
  const text = "x".repeat(4_000);
  let chatId: string;
  let ownerId: string;
  let entriesRead = 0;
  beforeAll(async () => {
    ({ chatId, ownerId } = await rest.newChat());
    const { log } = rest.store;
    const fields = { senderId: ownerId, type: "text", content: text } as const;
    for (let sent = 0; sent < count; sent += 500)
      await Promise.all(
        Array.from({ length: 500 }, () =>
          log.append(chatId, (head) => {
            const decision = sendText(text)(head);
            if (typeof decision === "string" || !("append" in decision)) return decision;
            return { append: { ...decision.append, ...fields } };
          }),
        ),
      );
    const page = log.page.bind(log);
    log.page = async (...args) => {
      const found = await page(...args);
      entriesRead += found.entries.length;
      return found;
    };
  });

  const begin = async (): Promise<IncomingMessage> => {
    const response = Promise.withResolvers<IncomingMessage>();
    const headers = { "x-api-key": apiKey };
    httpRequest(`${rest.url}${dataOf(ownerId)}`, { headers }, response.resolve)
      .on("error", response.reject)
      .end();
    return response.promise;
  };
  /** Waits until the server reads no more, and returns how many entries it has read. */
  const standstill = async (): Promise<number> => {
    for (let seen = -1; seen !== entriesRead; ) {
      seen = entriesRead;
      await sleep(500);
    }
    return entriesRead;
  };

  test("is read as fast as its reader takes it, and ends whole", async () => {
    entriesRead = 0;
    const response = await begin();
    response.pause();
    // The kernel's buffers take some megabytes, of 24.
    expect(await standstill()).toBeLessThan(count * 0.75);
    let bytes = 0;
    let tail = "";
    for await (const chunk of response) {
      bytes += (chunk as Buffer).length;
      tail = (tail + String(chunk)).slice(-1_000);
    }
    expect(bytes).toBeGreaterThan(count * text.length);
    expect(JSON.parse(tail.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({ kind: "end", messages: count });
  });

  test("ends when its reader goes away, and without its last line when it fails", async () => {
    entriesRead = 0;
    const left = await begin();
    left.on("error", () => undefined).once("data", () => left.destroy());
    await until(() => left.destroyed);
    expect(await standstill()).toBeLessThan(count * 0.75);

    const page = rest.store.log.page.bind(rest.store.log);
    rest.store.log.page = async (...args) => {
      if (entriesRead > 4_000) throw new Error("gone");
      return page(...args);
    };
    entriesRead = 0;
    const failing = await begin();
    let tail = "";
    const ended = (async () => {
      for await (const chunk of failing) tail = (tail + String(chunk)).slice(-1_000);
    })();
    await expect(ended).rejects.toThrow();
    expect(tail).not.toContain('"end"');
    rest.store.log.page = page;
  });
});
