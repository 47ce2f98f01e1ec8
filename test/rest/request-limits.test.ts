import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Redis } from "ioredis";
import type { RateLimit } from "../../src/chat/ports.ts";
import { createRateLimits } from "../../src/redis/rate-limits.ts";
import { apiKey, bearer, newBooking, openRest, type Rest } from "./open-rest.ts";

const limits = {
  sendsPerS: 1,
  sendsPerMin: 100,
  eventsPerS: 0,
  requestsPerMin: 10,
  addressRequestsPerMin: 5,
  connectionsPerUser: 0,
  handshakesPerMin: 0,
  connectionsPerAddress: 0,
};

let redis: Redis;
let rest: Rest;
/** What was counted, and under which key. */
const counted: string[] = [];
const watched = (name: string, limit: RateLimit): RateLimit => ({
  take: (key) => {
    counted.push(`${name} ${key}`);
    return limit.take(key);
  },
});

beforeAll(async () => {
  redis = new Redis(process.env["REDIS_URL"] ?? "", { keyPrefix: `test-${randomUUID()}:` });
  const { requests, addressRequests, sends } = createRateLimits(redis, limits);
  rest = await openRest({
    trustedProxies: 1,
    limits: { requests: watched("caller", requests), addressRequests: watched("address", addressRequests), sends },
  });
});
afterAll(async () => {
  await rest.close();
  redis.disconnect();
});

/** One that no other test has. */
const anAddress = (): string => `2001:db8:${randomUUID().slice(0, 4)}:${randomUUID().slice(0, 4)}::1`;

const statuses = async (times: number, call: () => PromiseLike<{ status: number }>) => {
  const seen: number[] = [];
  for (let count = 0; count < times; count += 1) seen.push((await call()).status);
  return seen;
};
const inbox = (userId: string) => rest.call.get(`/api/chat/user/${userId}`).set(...bearer(userId));

describe("requests are counted in Redis", () => {
  test("by user: past the limit 429 with Retry-After, while others go on", async () => {
    const [one, other] = [`user-${randomUUID()}`, `user-${randomUUID()}`];
    expect(await statuses(10, () => inbox(one))).toEqual(Array.from({ length: 10 }, () => 200));
    const { body, headers } = await inbox(one).expect(429);
    expect(body.code).toBe("rate_limited");
    expect(Number(headers["retry-after"])).toBeGreaterThanOrEqual(1);
    expect(Number(headers["retry-after"])).toBeLessThanOrEqual(60);
    expect(Math.ceil(body.retryAfterMs / 1_000)).toBe(Number(headers["retry-after"]));
    await inbox(other).expect(200);
  });

  test.each([
    ["without a token", {}],
    ["with a wrong token", { Authorization: "Bearer nonsense" }],
    ["with a wrong key beside a good token", { "X-API-Key": "guess", Authorization: bearer("guesser")[1] }],
  ])("by address %s: 401, then 429", async (_what, headers) => {
    const address = anAddress();
    const call = () => rest.call.get("/api/chat/user/guesser").set("X-Forwarded-For", address).set(headers);
    expect(await statuses(6, call)).toEqual([401, 401, 401, 401, 401, 429]);
  });

  test("health, documents and unknown routes by address, also with a token", async () => {
    for (const path of ["/api/chat/health", "/api/chat/docs/openapi.json", "/nowhere"]) {
      const address = anAddress();
      const call = () =>
        rest.call
          .get(path)
          .set(...bearer("somebody"))
          .set("X-Forwarded-For", address);
      expect((await statuses(6, call)).at(-1)).toBe(429);
    }
  });

  test("a request is counted once, and a preflight not at all", async () => {
    counted.length = 0;
    await rest.call
      .get("/api/chat/nowhere/at/all")
      .set(...bearer("counted"))
      .expect(404);
    await rest.call.get("/api/chat/initiate").set("X-API-Key", apiKey).expect(405);
    await rest.call
      .options("/api/chat/initiate")
      .set("Origin", "https://a.example")
      .set("Access-Control-Request-Method", "POST");
    expect(counted).toEqual(["caller user:counted", "caller key:1"]);
  });

  test("only the address that the trusted proxy adds counts; IPv6 by its /64, mapped IPv4 as IPv4", async () => {
    counted.length = 0;
    const seen = ["6.6.6.6, 192.0.2.7", "2001:db8:1:2:3:4:5:6", "2001:DB8:1:2::9", "2001:db8::1", "::ffff:192.0.2.7"];
    for (const address of seen) await rest.call.get("/nowhere").set("X-Forwarded-For", address);
    expect(counted).toEqual([
      "address 192.0.2.7",
      "address 2001:db8:1:2::/64",
      "address 2001:db8:1:2::/64",
      "address 2001:db8:0:0::/64",
      "address 192.0.2.7",
    ]);
  });

  test("sends have a limit of their own", async () => {
    const { ownerId, ...booking } = newBooking();
    const made = await rest.call
      .post("/api/chat/initiate")
      .set("X-API-Key", apiKey)
      .send({ ownerId, ...booking })
      .expect(201);
    const path = `/api/chat/${made.body.chat.id}/message`;
    const call = () =>
      rest.call
        .post(path)
        .set(...bearer(ownerId))
        .send({ type: "text", content: "x" });
    expect(await statuses(5, call)).toEqual([201, 201, 201, 201, 429]);
    // The owner's changes of status count among them; the booking service's do not.
    const change = (name: string, value: string) =>
      rest.call.put(`/api/chat/${made.body.chat.id}/status`).set(name, value).send({ status: "readonly" });
    await change(...bearer(ownerId)).expect(429);
    await change("X-API-Key", apiKey).expect(200);
  });
});
