import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { problemSchema } from "../../src/contract/failures.ts";
import { apiKey, bearer, newBooking, openRest, type Rest } from "./open-rest.ts";

let rest: Rest;
beforeAll(async () => {
  rest = await openRest({
    health: async () => {
      throw new Error("mongodb://admin:secret@10.0.0.1 has no primary", { cause: new Error("at /srv/app/inside.js") });
    },
  });
});
afterAll(() => rest.close());

/** Sends bytes as they are, and returns what comes back until the connection ends. */
const sendRaw = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { port } = new URL(rest.url);
    const socket = connect(Number(port), "127.0.0.1", () => socket.write(text));
    let answer = "";
    socket.setEncoding("utf8").setTimeout(300_000, () => socket.destroy(new Error("no answer")));
    socket.on("data", (part: string) => {
      answer += part;
    });
    socket.on("end", () => resolve(answer)).on("error", reject);
  });

const initiate = () => rest.call.post("/api/chat/initiate").set("X-API-Key", apiKey);

describe("every failure is a problem", () => {
  test("with type, title, status, code, detail and the request's id, as problem+json", async () => {
    const { body, headers } = await rest.call.get("/api/chat/0123456789abcdef01234567").expect(401);
    expect(headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(headers["www-authenticate"]).toBe("Bearer");
    expect(problemSchema.parse(body)).toEqual(body);
    expect(body.requestId).toBe(headers["x-request-id"]);
    const page = await rest.call.get(body.type).expect(200);
    expect(page.text).toContain('id="unauthenticated"');
  });

  test.each([
    "/",
    "/api/chat",
    "/api",
    "/api/chats/1",
    "/api/chat/health/deep",
    "/api/chat/a/b/c",
    "/favicon.ico",
    "/API/CHAT/HEALTH",
    "//api/chat/health",
  ])("an unknown route (%s): 404 not_found", async (path) => {
    const { body } = await rest.call.get(path).expect(404);
    expect(problemSchema.parse(body)).toMatchObject({ code: "not_found" });
  });

  test.each([
    ["get", "/api/chat/initiate", "POST, OPTIONS"],
    ["post", "/api/chat/health", "GET, HEAD, OPTIONS"],
    ["delete", "/api/chat/user/somebody", "GET, HEAD, OPTIONS"],
    ["delete", "/api/chat/0123456789abcdef01234567", "GET, HEAD, OPTIONS"],
    ["get", "/api/chat/0123456789abcdef01234567/message", "POST, OPTIONS"],
    ["post", "/api/chat/0123456789abcdef01234567/messages", "GET, HEAD, OPTIONS"],
    ["get", "/api/chat/0123456789abcdef01234567/read", "PUT, POST, PATCH, OPTIONS"],
    ["post", "/api/chat/0123456789abcdef01234567/status", "PUT, PATCH, OPTIONS"],
    ["put", "/api/chat/docs", "GET, HEAD, OPTIONS"],
  ] as const)("%s %s: 405 that says what is allowed", async (method, path, allow) => {
    const { body, headers } = await rest.call[method](path).expect(405);
    expect(headers["allow"]).toBe(allow);
    expect(body.code).toBe("method_not_allowed");
    expect((await rest.call.options(path).expect(204)).headers["allow"]).toBe(allow);
  });

  test("what nobody foresaw: 500 internal, nothing of the reason in it, the reason in the log under its id", async () => {
    const { body, text, headers } = await rest.call.get("/api/chat/health").expect(500);
    expect(problemSchema.parse(body)).toMatchObject({ code: "internal" });
    expect(text).not.toMatch(/mongodb|secret|primary|inside|Error/);
    const line = rest.lines.find(
      (logged) => logged.includes(headers["x-request-id"] ?? "-") && logged.includes("no primary"),
    );
    expect(JSON.parse(line ?? "{}")).toMatchObject({
      err: { stack: expect.any(String), cause: { message: "at /srv/app/inside.js" } },
    });
  });
});

describe("a body that cannot be read", () => {
  test.each([
    ["{"],
    ["nonsense"],
    ["null"],
    ["true"],
    ["5"],
    ['"text"'],
    ["[]"],
    ['{"bookingId":1}'],
    ['{"__proto__":{"bookingId":"b"}}'],
    ["{}"],
    [""],
    ["\u0000"],
    ["[".repeat(30_000)],
    ['{"a":'.repeat(10_000)],
  ])("%.30s: 400 validation_failed, without the parser's words", async (body) => {
    const answer = await initiate().set("Content-Type", "application/json").send(body).expect(400);
    expect(problemSchema.parse(answer.body)).toMatchObject({ code: "validation_failed" });
    expect(answer.text).not.toMatch(/JSON at position|Unexpected|SyntaxError|\.js/);
  });

  test("30,000 lists in one another, well formed: 400, and the service goes on", async () => {
    const deep = `{"bookingId":${"[".repeat(30_000)}${"]".repeat(30_000)}}`;
    await initiate().set("Content-Type", "application/json").send(deep).expect(400);
    await initiate().send(newBooking()).expect(201);
  });

  test.each([
    ["text/plain"],
    ["application/x-www-form-urlencoded"],
    ["multipart/form-data; boundary=x"],
    ["application/json; charset=latin1"],
    ["application/json; charset=utf-99"],
    ["application/json; charset="],
    ["application/jsonx"],
    ["json"],
    [";"],
    ["application/json; charset=utf-8; charset=utf-8; ;;="],
  ])("Content-Type: %s: 415 or, where it still means JSON, taken", async (type) => {
    const body = JSON.stringify(newBooking());
    const answer = await initiate().set("Content-Type", type).send(body);
    expect([201, 415]).toContain(answer.status);
    if (answer.status === 415) expect(answer.body.code).toBe("unsupported_media_type");
  });

  test("a body without a type: 415", async () => {
    const answer = await sendRaw(
      `POST /api/chat/initiate HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-API-Key: ${apiKey}\r\nContent-Length: 2\r\n\r\n{}`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 415 /);
  });

  test.each(["gzip", "br", "deflate", "zstd", "nonsense", "gzip, gzip"])(
    "Content-Encoding: %s: 415",
    async (encoding) => {
      const bomb = gzipSync(Buffer.alloc(50_000_000));
      const call = initiate().set("Content-Type", "application/json").set("Content-Encoding", encoding);
      call.write(bomb);
      const { body } = await call.expect(415);
      expect(body.code).toBe("unsupported_media_type");
    },
  );

  test("more than 64 KB: 413, told at once where the length is told", async () => {
    const body = JSON.stringify({ ...newBooking(), more: "x".repeat(64 * 1_024) });
    expect((await initiate().set("Content-Type", "application/json").send(body).expect(413)).body.code).toBe(
      "payload_too_large",
    );
    const answer = await sendRaw(
      `POST /api/chat/initiate HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-API-Key: ${apiKey}\r\nContent-Type: application/json\r\nContent-Length: 900000000\r\n\r\n{`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
  });

  test("more than 64 KB in chunks: 413", async () => {
    const chunk = `${(32_000).toString(16)}\r\n${" ".repeat(32_000)}\r\n`;
    const answer = await sendRaw(
      `POST /api/chat/initiate HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-API-Key: ${apiKey}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(3)}0\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
  });

  test("64 KB exactly are taken", async () => {
    const plain = JSON.stringify({ ...newBooking(), more: "" });
    const body = plain.replace('""', `"${"x".repeat(64 * 1_024 - plain.length)}"`);
    await initiate().set("Content-Type", "application/json").send(body).expect(201);
  });

  test("who may not ask is told so before the body is read", async () => {
    await rest.call.post("/api/chat/initiate").set("Content-Type", "text/plain").send("x".repeat(100_000)).expect(401);
  });
});

describe("a path that cannot be read", () => {
  test.each([
    "/api/chat/%",
    "/api/chat/%ff",
    "/api/chat/%c0%af/messages",
    "/api/chat/user/%zz",
    "/%",
    "/api/chat/docs/assets/%ff",
  ])("%s: 400 or 404, never 500", async (path) => {
    const answer = await sendRaw(
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ${bearer("somebody")[1]}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 (400|404) /);
    expect(answer).not.toMatch(/decode|URIError/);
  });

  test.each(["*", "/api/chat/../../etc/passwd", "/api/chat/docs/assets/..%2f..%2fpackage.json", "/api/chat/\u00ff"])(
    "%s leads nowhere",
    async (path) => {
      const answer = await sendRaw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1.1 (400|401|404) /);
    },
  );

  test("a whole address in the request line is as good as a path", async () => {
    const answer = await sendRaw("GET http://x/api/chat/docs HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
  });
});
