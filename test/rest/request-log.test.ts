import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { ObservedRequest } from "../../src/rest/request/observe-requests.ts";
import { apiKey, bearer, openRest, type Rest, tokenOf } from "./open-rest.ts";

let rest: Rest;
const observed: ObservedRequest[] = [];
beforeAll(async () => {
  rest = await openRest({ metrics: { requestEnded: (request) => observed.push(request) } });
});
afterAll(() => rest.close());

type Line = { level: number; msg: string; req: object; res: object; durationMs: number };
/** The log's line of the request with this id. */
const lineOf = (id: string): Line | undefined =>
  rest.lines.map((line) => JSON.parse(line)).find(({ req }) => req?.id === id);

describe("the log of requests", () => {
  test("one line each: id, method, path, status, duration", async () => {
    const { chatId, ownerId } = await rest.newChat();
    await rest.call
      .get(`/api/chat/${chatId}?a=b`)
      .set(...bearer(ownerId))
      .set("X-Request-Id", "logged-1")
      .expect(200);
    expect(lineOf("logged-1")).toMatchObject({
      msg: "request",
      level: 30,
      req: { id: "logged-1", method: "GET", path: `/api/chat/${chatId}` },
      res: { status: 200 },
      durationMs: expect.any(Number),
    });
  });

  test("no token, key, query or text of a message is ever in it", async () => {
    const { chatId, ownerId } = await rest.newChat();
    const token = tokenOf(ownerId);
    const path = `/api/chat/${chatId}/message?token=query-secret`;
    const headers = { Authorization: `Bearer ${token}`, Cookie: "cookie-secret" };
    await rest.call.post(path).set(headers).send({ type: "text", content: "text-secret" }).expect(201);
    await rest.call.post(path).set(headers).type("json").send('{"content":"text-secret').expect(400);
    await rest.call
      .post(path)
      .set({ ...headers, "X-API-Key": "key-secret" })
      .send({})
      .expect(401);
    const log = rest.lines.join("\n");
    for (const secret of [token, apiKey, "query-secret", "text-secret", "cookie-secret", "key-secret"]) {
      expect(log).not.toContain(secret);
    }
  });

  test("asking for health is not told at info", async () => {
    await rest.call.get("/api/chat/health").set("X-Request-Id", "logged-2").expect(200);
    expect(lineOf("logged-2")).toMatchObject({ level: 20 });
  });
});

describe("the metrics of requests", () => {
  test("name the route's pattern, never a path", async () => {
    observed.length = 0;
    const { chatId, ownerId } = await rest.newChat();
    await rest.call
      .get(`/api/chat/${chatId}/messages`)
      .set(...bearer(ownerId))
      .expect(200);
    await rest.call.get("/api/chat/a/b/c").expect(404);
    expect(observed.map(({ method, route, status }) => `${method} ${route} ${status}`)).toEqual([
      "POST /initiate 201",
      "GET /:chatId/messages 200",
      "GET unknown 404",
    ]);
  });
});
