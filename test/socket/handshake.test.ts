import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import jwt from "jsonwebtoken";
import { clientOf, connect, next, until } from "../support/chat-client.ts";
import { uniqueName } from "../support/services.ts";
import { jwtSecret, startNode, startTwoNodes, type TestNode, tokenFor } from "../support/start-node.ts";

let node: TestNode;
const olderSecret = "the-secret-before-the-rotation";
beforeAll(async () => {
  node = await startNode({ JWT_SECRET: `${jwtSecret},${olderSecret}`, JWT_ISSUER: "lyvo", JWT_AUDIENCE: "chat" });
});
afterAll(() => node.stop(1_000));

const exp = Math.floor(Date.now() / 1_000) + 600;
const named = { iss: "lyvo", aud: "chat" };
const sign = (claims: object, secret: string | null = jwtSecret, options: jwt.SignOptions = {}): string =>
  jwt.sign({ exp, ...named, ...claims }, secret ?? "", { ...options, ...(secret === null && { algorithm: "none" }) });
const refusal = async (token: unknown, headers = {}): Promise<unknown> => {
  const socket = clientOf(node, "nobody", { token: token as string, extraHeaders: headers });
  socket.connect();
  const error = await new Promise((resolve) => {
    socket.once("connect_error", resolve);
    socket.once("connect", () => resolve(null));
  });
  socket.disconnect();
  return (error as { data?: unknown } | null)?.data ?? error;
};

describe("a handshake", () => {
  test.each([
    ["no token", undefined],
    ["a token that is no text", { $ne: "" }],
    ["nonsense", "nonsense"],
    ["a very long token", "a".repeat(20_000)],
    ["a token by another secret", sign({ sub: "u" }, "another-secret-of-somebody-else")],
    ["a token without a signature", sign({ sub: "u" }, null)],
    ["a token by another algorithm", sign({ sub: "u" }, jwtSecret, { algorithm: "HS512" })],
    ["a token that has ended", sign({ sub: "u", exp: exp - 700 })],
    ["a token without an end", jwt.sign({ sub: "u", ...named }, jwtSecret)],
    ["a token that is not valid yet", sign({ sub: "u", nbf: exp - 60 })],
    ["a token of another issuer", sign({ sub: "u", iss: "other" })],
    ["a token for another audience", sign({ sub: "u", aud: "other" })],
    [
      "a token that asks for an unknown extension",
      sign({ sub: "u" }, jwtSecret, { header: { alg: "HS256", crit: ["x"] } }),
    ],
    ["a token without a user", sign({})],
    ["a user that is no text", sign({ id: 4.2 })],
    ["a user that is an object", sign({ userId: { $gt: "" } })],
    ["a user with foreign characters", sign({ sub: "a b" })],
    ["a bad first claim beside a good one", sign({ sub: "", userId: "u" })],
  ])("with %s is refused with a code and nothing else", async (_, token) => {
    expect(await refusal(token)).toEqual({ code: "unauthenticated", message: "A valid token or key is needed." });
  });

  test.each([
    ["in auth", sign({ sub: "u1" }), {}],
    ["by the older secret", sign({ sub: "u1" }, olderSecret), {}],
    ["with the user in another claim", sign({ _id: "u1" }), {}],
    ["in the header", null, { authorization: `Bearer ${sign({ sub: "u1" })}` }],
  ])("with a good token %s is let in", async (_, token, headers) => {
    expect(await refusal(token, headers)).toBeNull();
  });

  test("of a page of a foreign origin is refused, of ours and of no page it is not", async () => {
    const token = sign({ sub: "u1" });
    for (const origin of ["https://evil.example", "null", "https://www.lyvo.example.evil.example", "nonsense"]) {
      expect(await refusal(token, { origin })).not.toBeNull();
    }
    // Libraries that are no browser name the host they connect to.
    expect(await refusal(token, { origin: node.url })).toBeNull();
    expect(await refusal(token, { origin: "https://www.lyvo.example" })).toBeNull();
  });
});

describe("a page on this machine", () => {
  const origins = ["http://localhost:5173", "http://127.0.0.1:3000", "https://[::1]:8443", "http://localhost"];
  const lookAlikes = [
    "http://localhost.evil.example:5173",
    "http://evil.example/localhost:5173",
    "http://127.0.0.1.evil",
  ];

  /** What an origin's page is let do: connect a socket, and read an answer. */
  const admission = async (at: TestNode, origin: string): Promise<{ socket: boolean; rest: boolean }> => {
    const options = { extraHeaders: { origin }, reconnection: false };
    const socket = await connect(at, "u1", options).catch(() => null);
    socket?.disconnect();
    const { headers } = await fetch(`${at.url}/api/chat/rules`, { headers: { origin } });
    return { socket: socket !== null, rest: headers.get("access-control-allow-origin") === origin };
  };

  test("may call and connect in development, on any port", async () => {
    await using development = await startNode({ NODE_ENV: "development" });
    for (const origin of origins) expect(await admission(development, origin)).toEqual({ socket: true, rest: true });
    for (const origin of lookAlikes) {
      expect(await admission(development, origin)).toEqual({ socket: false, rest: false });
    }
  });

  test("may not in production, unless it is configured", async () => {
    await using production = await startNode({ NODE_ENV: "production", CORS_ORIGINS: "http://localhost:3000" });
    for (const origin of origins) expect(await admission(production, origin)).toEqual({ socket: false, rest: false });
    expect(await admission(production, "http://localhost:3000")).toEqual({ socket: true, rest: true });
  });
});

describe("limits of connecting", () => {
  test("a user has so many connections, over all nodes, and another one when one ends", async () => {
    await using nodes = await startTwoNodes({ LIMIT_CONNECTIONS_PER_USER: "2" });
    const { one, other } = nodes;
    const user = uniqueName("user");
    using first = await connect(one, user);
    using _second = await connect(other, user);
    await expect(connect(other, user, { reconnection: false })).rejects.toMatchObject({
      data: { code: "rate_limited" },
    });
    const metrics = await (await fetch(`${other.opsUrl}/metrics`)).text();
    expect(metrics).toContain('chat_socket_events_total{event="connect",outcome="ok"} 1');
    expect(metrics).toContain('chat_socket_events_total{event="connect",outcome="rate_limited"} 1');
    first.disconnect();
    const mayConnect = async (): Promise<boolean> => {
      const third = await connect(one, user, { reconnection: false }).catch(() => null);
      third?.disconnect();
      return third !== null;
    };
    await until(mayConnect);
  });

  test("an address has so many handshakes a minute, and hears when it may come again", async () => {
    await using limited = await startNode({ LIMIT_HANDSHAKES_PER_MIN: "3", TRUSTED_PROXIES: "1" });
    const address = `10.0.0.${Math.floor(Math.random() * 250)}, 192.0.2.${Date.now() % 250}`;
    const extraHeaders = { "x-forwarded-for": address };
    for (let count = 0; count < 3; count += 1) (await connect(limited, "u", { extraHeaders })).disconnect();
    await expect(connect(limited, "u", { extraHeaders })).rejects.toMatchObject({
      data: { code: "rate_limited", retryAfterMs: expect.any(Number) },
    });
    // Another address behind the same proxy is not held up.
    (await connect(limited, "u", { extraHeaders: { "x-forwarded-for": "x, 198.51.100.7" } })).disconnect();
  });
});

describe("the end of a token", () => {
  test("is announced, moved by a newer token of the same user, and ends the connection", async () => {
    await using plain = await startNode();
    const user = uniqueName("user");
    using socket = clientOf(plain, user, { token: tokenFor(user, { expiresInS: 8 }), reconnection: false });
    // Less than 60 s are left from the start.
    const announced = next(socket, "auth_expiring");
    socket.connect();
    const { expiresAt } = await announced;
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThan(8_500);
    const renewed = await socket.emitWithAck("authenticate", { token: tokenFor(user, { expiresInS: 12 }) });
    expect(renewed.ok).toBe(true);
    const others = await socket.emitWithAck("authenticate", { token: tokenFor("another") });
    expect(others).toMatchObject({ ok: false, error: { code: "forbidden" } });
    const bad = await socket.emitWithAck("authenticate", { token: "x" });
    expect(bad).toMatchObject({ ok: false, error: { code: "unauthenticated" } });
    await new Promise((resolve) => socket.once("disconnect", resolve));
    expect(Date.now()).toBeGreaterThan(Date.parse(expiresAt) + 2_000);
  });

  test("far away does not end it at once", async () => {
    await using plain = await startNode();
    const user = uniqueName("user");
    using socket = await connect(plain, user, { token: tokenFor(user, { expiresInS: 40 * 24 * 3_600 }) });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(socket.connected).toBe(true);
  });
});
