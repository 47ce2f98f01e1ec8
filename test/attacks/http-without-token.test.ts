import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { callAs, until } from "../support/chat-client.ts";
import { type Neighbours, openNeighbours } from "../support/neighbours.ts";
import { anAddress, requestOf, sendRaw } from "../support/raw-http.ts";
import { uniqueName } from "../support/services.ts";
import { startNode, type TestNode, tokenFor } from "../support/start-node.ts";

// A node with the limits that it has by default: 120 requests of an address without a token, 600 of a user.
const limits = {
  LIMIT_REQUESTS_PER_MIN: "600",
  LIMIT_HANDSHAKES_PER_MIN: "240",
  LIMIT_CONNECTIONS_PER_ADDRESS: "1000",
};
const [ofAnAddress, ofAUser] = [120, 600];
/** Each connection of a flood may still get one refusal, for a while. */
const lastRefusals = 20;

let node: TestNode;
let neighbours: Neighbours;
beforeAll(async () => {
  node = await startNode(limits);
  neighbours = await openNeighbours(node);
});
afterAll(async () => {
  neighbours[Symbol.dispose]();
  await node.stop(2_000);
});

const metric = async (name: string, of = node): Promise<number> => {
  const text = await (await fetch(`${of.opsUrl}/metrics`)).text();
  return Number(
    text
      .split("\n")
      .find((line) => line.startsWith(name))
      ?.split(" ")[1],
  );
};

/**
 * Connections one after the other, on each as many requests in one write.
 * @returns the statuses of all answers, and in how many minutes of the counting they can have come
 */
const flood = async (request: string, from: string, { connections = 30, each = 300 } = {}) => {
  const statuses: number[] = [];
  const began = performance.now();
  for (let count = 0; count < connections; count += 1) {
    using connection = await sendRaw(node, request.repeat(each), { from });
    await connection.closed();
    statuses.push(...connection.statuses());
  }
  return { statuses, minutes: 1 + Math.floor((performance.now() - began) / 60_000) };
};

const preflight = { Origin: "https://evil.example", "Access-Control-Request-Method": "POST" };

describe("an address that continues without a token gets a limited number of answers, then its connections end", () => {
  test.each([
    ["paths that are not there", requestOf("/x"), 2 * ofAnAddress],
    ["health", requestOf("/api/chat/health"), 2 * ofAnAddress],
    ["documents", requestOf("/api/chat/docs/openapi.json"), 2 * ofAnAddress],
    ["polls of no session", requestOf("/socket.io/?EIO=4&transport=polling"), 2 * ofAnAddress],
    ["polls of a made-up session", requestOf("/socket.io/?EIO=4&transport=polling&sid=x"), 2 * ofAnAddress],
    ["wrong tokens", requestOf("/api/chat/user/u", { Authorization: "Bearer nonsense" }), 2 * ofAnAddress],
    ["wrong keys", requestOf("/api/chat/user/u", { "X-API-Key": "guess" }), 2 * ofAnAddress],
    ["methods that nobody offers", requestOf("/api/chat/health", {}, "PROPFIND"), 2 * ofAnAddress],
    ["preflights", requestOf("/api/chat/initiate", preflight, "OPTIONS"), ofAUser],
  ])("%s", async (_what, request, most) => {
    const { statuses, minutes } = await neighbours.whileTalking(flood(request, anAddress()));
    expect(statuses.length).toBeGreaterThanOrEqual(most);
    expect(statuses.length).toBeLessThanOrEqual(minutes * (most + lastRefusals));
    expect(statuses).toContain(429);
    expect(await metric('chat_http_requests_refused_total{reason="too_many_a_minute"}')).toBeGreaterThan(0);
  });

  test("and so does a user, with a higher limit", async () => {
    const userId = uniqueName("flooder");
    const request = requestOf(`/api/chat/user/${userId}`, { Authorization: `Bearer ${tokenFor(userId)}` });
    const { statuses, minutes } = await neighbours.whileTalking(flood(request, anAddress()));
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(ofAUser);
    expect(statuses.length).toBeLessThanOrEqual(minutes * (2 * ofAUser + lastRefusals));
  });
});

test("the first refusals are complete problems, and a user of the same address is served", async () => {
  const call = (path: string) => fetch(`${node.url}${path}`);
  for (let count = 0; count < ofAnAddress; count += 1) expect((await call("/x")).status).toBe(404);
  for (let count = 0; count < ofAnAddress; count += 20) {
    const answer = await call("/x");
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(answer.headers.get("content-type")).toContain("application/problem+json");
    const problem = {
      code: "rate_limited",
      status: 429,
      retryAfterMs: expect.any(Number),
      requestId: expect.any(String),
    };
    expect(await answer.json()).toMatchObject(problem);
  }
  await flood(requestOf("/x"), "127.0.0.1", { connections: 3 });
  const userId = uniqueName("beside");
  expect((await callAs(node, userId, "GET", `/api/chat/user/${userId}`)).status).toBe(200);
});

describe("a client that pipelines", () => {
  const numbered = (count: number, userId: string): string =>
    Array.from({ length: count }, (_, n) =>
      requestOf("/api/chat/rules-of-nobody", { "X-Request-Id": `n${n}.`, Authorization: `Bearer ${tokenFor(userId)}` }),
    ).join("");
  const idsIn = (text: string): string[] => [...text.matchAll(/X-Request-Id: (n\d+)\./g)].map(([, id]) => id ?? "");
  const firstIds = (count: number): string[] => Array.from({ length: count }, (_, n) => `n${n}`);

  test("gets all answers in order and keeps its connection, if it sends a few requests ahead", async () => {
    using connection = await sendRaw(node, numbered(30, uniqueName("ahead")), { from: anAddress() });
    await until(() => connection.statuses().length === 30);
    expect(idsIn(connection.text())).toEqual(firstIds(30));
    connection.tcp.write(numbered(1, uniqueName("ahead")));
    await until(() => connection.statuses().length === 31);
    expect(connection.isOpen()).toBe(true);
  });

  test("gets the first answers in order, then the connection ends, if it sends too many ahead", async () => {
    // Its bytes come in several reads: what follows the last that is taken may begin in the middle of a request.
    using connection = await sendRaw(node, numbered(400, uniqueName("ahead")), { from: anAddress() });
    await connection.closed();
    const ids = idsIn(connection.text());
    expect(ids.length).toBeGreaterThanOrEqual(50);
    expect(ids.length).toBeLessThan(100);
    expect(ids).toEqual(firstIds(ids.length));
    expect(await metric('chat_http_requests_refused_total{reason="too_many_ahead"}')).toBeGreaterThan(0);
  });
});

test("behind a proxy a refused client uses up neither other clients' limits nor the proxy's connection", async () => {
  await using proxied = await startNode({ ...limits, TRUSTED_PROXIES: "1" });
  using connection = await sendRaw(proxied);
  const [one, other] = [anAddress(), anAddress()];
  const ask = async (from: string, count: number): Promise<number[]> => {
    const before = connection.statuses().length;
    for (let asked = 0; asked < count; asked += 1) {
      connection.tcp.write(requestOf("/x", { "X-Forwarded-For": from }));
      await until(() => connection.statuses().length === before + asked + 1);
    }
    return connection.statuses().slice(before);
  };
  expect((await ask(one, 2 * ofAnAddress + 30)).at(-1)).toBe(429);
  expect(await ask(other, 1)).toEqual([404]);
  expect(connection.isOpen()).toBe(true);
});
