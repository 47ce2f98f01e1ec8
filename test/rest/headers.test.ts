import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { bearer, openRest, pageOrigin, type Rest } from "./open-rest.ts";

let rest: Rest;
beforeAll(async () => {
  rest = await openRest();
});
afterAll(() => rest.close());

const anInbox = () => rest.call.get("/api/chat/user/somebody").set(...bearer("somebody"));

describe("request ids", () => {
  test.each(["a", "0af7651916cd43dd8448eb211c80319c", "x".repeat(128), "svc:1.2_3-4"])("%s is kept", async (id) => {
    expect((await anInbox().set("X-Request-Id", id)).headers["x-request-id"]).toBe(id);
  });

  test.each(["", "x".repeat(129), "a b", "<script>", "a,b", "é", '{"a":1}'])("%s is replaced", async (id) => {
    const { headers } = await anInbox().set("X-Request-Id", id);
    expect(headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("headers", () => {
  test("what is a person's is kept by nobody, and nothing tells what we are made of", async () => {
    const { headers } = await anInbox().expect(200);
    expect(headers["cache-control"]).toBe("no-store");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["content-security-policy"]).toBe("default-src 'none';frame-ancestors 'none'");
    expect(headers).not.toHaveProperty("x-powered-by");
    expect(headers).not.toHaveProperty("etag");
  });
});

describe("pages of other origins", () => {
  test("of the list may call, and read what they need", async () => {
    const { headers } = await anInbox().set("Origin", pageOrigin).expect(200);
    expect(headers["access-control-allow-origin"]).toBe(pageOrigin);
    expect(headers["access-control-expose-headers"]).toBe("Location,Retry-After,X-Request-Id");
    expect(headers["vary"]).toBe("Origin");
    expect(headers).not.toHaveProperty("access-control-allow-credentials");
  });

  test("are told why a call failed, too", async () => {
    const { headers } = await rest.call.get("/api/chat/user/somebody").set("Origin", pageOrigin).expect(401);
    expect(headers["access-control-allow-origin"]).toBe(pageOrigin);
  });

  test.each(["https://evil.example", "https://www.example.com.evil.example", "null", "http://www.example.com"])(
    "%s may not",
    async (origin) => {
      expect((await anInbox().set("Origin", origin)).headers).not.toHaveProperty("access-control-allow-origin");
    },
  );

  test("a preflight is answered without a token and may be remembered", async () => {
    const { headers } = await rest.call
      .options("/api/chat/0123456789abcdef01234567/message")
      .set("Origin", pageOrigin)
      .set("Access-Control-Request-Method", "POST")
      .set("Access-Control-Request-Headers", "authorization,content-type")
      .expect(204);
    expect(headers["access-control-allow-origin"]).toBe(pageOrigin);
    expect(headers["access-control-allow-headers"]).toBe("Authorization,Content-Type,X-Request-Id");
    expect(headers["access-control-allow-methods"]).toBe("GET,HEAD,POST,PUT,PATCH,DELETE");
    expect(headers["access-control-max-age"]).toBe("3600");
  });

  test("with * every origin may call", async () => {
    const open = await openRest({ corsOrigins: ["*"] });
    try {
      const { headers } = await open.call.get("/api/chat/health").set("Origin", "https://anywhere.example").expect(200);
      expect(headers["access-control-allow-origin"]).toBe("*");
    } finally {
      await open.close();
    }
  });
});
