import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { readConfig } from "../../src/config/config.ts";
import { createRules, rulesSchema } from "../../src/contract/rules.ts";
import { apiKey, openRest, type Rest, someRules } from "./open-rest.ts";

let rest: Rest;
beforeAll(async () => {
  rest = await openRest();
});
afterAll(() => rest.close());

describe("GET /api/chat/rules", () => {
  test("answers the rules, without a token", async () => {
    const { body, headers } = await rest.call.get("/api/chat/rules").expect(200);
    expect(body).toEqual(someRules);
    expect(headers["cache-control"]).toBe("no-store");
    await rest.call.head("/api/chat/rules").expect(200);
  });

  test.each([
    ["a wrong token", { Authorization: "Bearer nonsense" }],
    ["a wrong key", { "X-API-Key": "wrong" }],
    ["a good key", { "X-API-Key": apiKey }],
  ])("answers the same with %s", async (_what, headers) => {
    expect((await rest.call.get("/api/chat/rules").set(headers).expect(200)).body).toEqual(someRules);
  });

  test("cannot be written", async () => {
    const { body, headers } = await rest.call.put("/api/chat/rules").send(someRules).expect(405);
    expect([body.code, headers["allow"]]).toEqual(["method_not_allowed", "GET, HEAD, OPTIONS"]);
  });
});

describe("the rules", () => {
  test("are the settings and the bounds that messages have", () => {
    const rules = createRules(readConfig({ EDIT_WINDOW_S: "60", DELETE_WINDOW_S: "0", LIMIT_SENDS_PER_S: "0" }));
    expect(rulesSchema.parse(rules)).toEqual(rules);
    expect(rules).toMatchObject({ maxContentLength: 4_000, editWindowS: 60, deleteWindowS: 0, uploads: null });
    expect(rules.attachmentTypes).toEqual(expect.arrayContaining(["image/jpeg", "image/heic", "application/pdf"]));
    expect(rules.limits).toEqual({
      sendsPerS: 0,
      sendsPerMin: 120,
      eventsPerS: 50,
      requestsPerMin: 600,
      connectionsPerUser: 20,
      handshakesPerMin: 240,
      connectionsPerAddress: 1_000,
    });
  });

  test("have the largest upload, and nothing else of the store", () => {
    const store = { S3_ENDPOINT: "https://s3.example.com", S3_BUCKET: "files" };
    const keys = { S3_ACCESS_KEY_ID: "an-id", S3_SECRET_ACCESS_KEY: "a-secret" };
    const rules = createRules(readConfig({ ...store, ...keys, ATTACHMENT_MAX_BYTES: "1000" }));
    expect(rules.uploads).toEqual({ maxBytes: 1_000 });
  });

  test("have the windows of the settings, which are these by default", () => {
    expect(readConfig({}).windows).toEqual({ editS: 900, deleteS: 86_400 });
  });
});
