import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { OwnService } from "../../local/services/provide-services.ts";
import { ask, type Client, callAsService, clientOf, connect, until } from "../support/chat-client.ts";
import { craftToken } from "../support/craft-token.ts";
import { withDatabase } from "../support/open-test-store.ts";
import { failNext, ownMongodb, ownRedis } from "../support/own-services.ts";
import { uniqueName } from "../support/services.ts";
import {
  databaseUri,
  startNode,
  startTwoNodes,
  type TestNode,
  type TwoNodes,
  tokenFor,
} from "../support/start-node.ts";

// CONTRACT, POST /api/chat/user/:userId/revoke: on two nodes, of which one took the call.
let redis: OwnService;
let nodes: TwoNodes;
let one: TestNode;
let other: TestNode;
beforeAll(async () => {
  redis = await ownRedis();
  nodes = await startTwoNodes({ REDIS_URL: redis.address });
  ({ one, other } = nodes);
});
afterAll(async () => {
  await nodes[Symbol.asyncDispose]();
  await redis.close();
});

const nowS = (): number => Math.floor(Date.now() / 1_000);
const oldToken = (userId: string): string => tokenFor(userId, { iat: nowS() - 60 });

/** Revokes over the first node. @returns the second of it */
const revoke = async (userId: string): Promise<number> => {
  const { status, body } = await callAsService(one, "POST", `/api/chat/user/${userId}/revoke`);
  expect([status, body]).toEqual([200, { revokedAt: expect.stringMatching(/^\d{4}-.+\.\d{3}Z$/) }]);
  return Math.floor(Date.parse(body["revokedAt"] as unknown as string) / 1_000);
};

const atRest = async (node: TestNode, token: string, userId: string): Promise<number> =>
  (await fetch(`${node.url}/api/chat/user/${userId}`, { headers: { authorization: `Bearer ${token}` } })).status;

const refusalOf = (socket: Client): Promise<unknown> =>
  new Promise((resolve) => {
    socket.once("connect_error", (error) => resolve(Object(error)["data"]?.["code"]));
  });

/** `ok`, or the code of the refusal. */
const atHandshake = async (node: TestNode, token: string): Promise<unknown> => {
  using socket = clientOf(node, "", { token, reconnection: false });
  const connected = new Promise((resolve) => socket.once("connect", () => resolve("ok")));
  const refused = refusalOf(socket);
  socket.connect();
  return await Promise.race([connected, refused]);
};

const isRefused = async (node: TestNode, token: string, userId: string): Promise<boolean> =>
  (await atRest(node, token, userId)) === 401;

/** Waits until this node knows that the user was revoked. */
const known = (node: TestNode, userId: string): Promise<void> =>
  until(() => isRefused(node, oldToken(userId), userId), "the revocation being known");

describe("a user who is revoked", () => {
  test("loses the connections on every node, and each client is told why when it reconnects", async () => {
    const [user, neighbour] = [uniqueName("user"), uniqueName("neighbour")];
    using here = await connect(one, user, { token: oldToken(user) });
    using there = await connect(other, user, { token: oldToken(user) });
    using neighbours = await connect(other, neighbour, { token: oldToken(neighbour) });
    const refused = [here, there].map(refusalOf);
    await revoke(user);
    expect(await Promise.all(refused)).toEqual(["unauthenticated", "unauthenticated"]);
    expect([here.connected, there.connected, neighbours.connected]).toEqual([false, false, true]);
  });

  test("is refused with an older token by REST, handshake and authenticate", async () => {
    const user = uniqueName("user");
    const second = await revoke(user);
    const fresh = tokenFor(user, { iat: second + 1 });
    for (const node of [one, other]) {
      await known(node, user);
      expect(await atHandshake(node, oldToken(user))).toBe("unauthenticated");
      using socket = await connect(node, user, { token: fresh });
      const answer = await ask(socket, "authenticate", { token: oldToken(user) });
      expect(answer).toMatchObject({ ok: false, error: { code: "unauthenticated" } });
      expect(await ask(socket, "authenticate", { token: fresh })).toMatchObject({ ok: true });
      expect(await atRest(node, fresh, user)).toBe(200);
    }
  });

  test.each<[string, (second: number) => unknown, number]>([
    ["of the second before", (second) => second - 1, 401],
    ["of the same second", (second) => second, 401],
    ["of the same second, with a fraction", (second) => second + 0.999, 401],
    ["of the next second", (second) => second + 1, 200],
    ["without a time", () => undefined, 401],
    ["with text as its time", (second) => String(second + 1), 401],
    ["with milliseconds as its time", (second) => (second + 1) * 1_000, 401],
  ])("gets the right answer with a token %s", async (_what, iatAt, status) => {
    const user = uniqueName("user");
    const iat = iatAt(await revoke(user));
    const token = craftToken(JSON.stringify({ sub: user, exp: nowS() + 600, ...(iat !== undefined && { iat }) }));
    await known(other, user);
    expect([await atRest(one, token, user), await atRest(other, token, user)]).toEqual([status, status]);
  });

  test("keeps a connection whose token was issued afterwards, until the next revocation", async () => {
    const [user, stranger] = [uniqueName("user"), uniqueName("stranger")];
    const first = await revoke(user);
    using socket = await connect(other, user, { token: tokenFor(user, { iat: first + 1 }) });
    // Nodes read recent revocations again and again: with the stranger's, the user's came once more.
    await revoke(stranger);
    await known(other, stranger);
    expect(socket.connected).toBe(true);
    await until(() => nowS() > first);
    const refused = refusalOf(socket);
    expect(await revoke(user)).toBeGreaterThan(first);
    expect(await refused).toBe("unauthenticated");
  });

  test("is refused by a node that starts later", async () => {
    const user = uniqueName("user");
    const second = await revoke(user);
    await using later = await startNode({ REDIS_URL: redis.address, MONGODB_URI: one.config.mongodbUri });
    expect(await atRest(later, oldToken(user), user)).toBe(401);
    expect(await atHandshake(later, oldToken(user))).toBe("unauthenticated");
    expect(await atRest(later, tokenFor(user, { iat: second + 1 }), user)).toBe(200);
    expect(await (await fetch(`${later.opsUrl}/metrics`)).text()).toMatch(/^chat_revoked_users [1-9]/m);
  });

  test("may have a whole number as id", async () => {
    const user = 1_000_000_000 + Math.floor(Math.random() * 1_000_000_000);
    const token = tokenFor("", { sub: user, iat: nowS() - 60 });
    using socket = await connect(other, "", { token });
    const refused = refusalOf(socket);
    await revoke(String(user));
    expect(await refused).toBe("unauthenticated");
    expect(await atRest(one, token, String(user))).toBe(401);
  });

  test("loses the connections with Redis away as well, on nodes that were there and on one that starts then", async () => {
    const user = uniqueName("user");
    using socket = await connect(other, user, { token: oldToken(user) });
    await redis.stop("SIGKILL");
    try {
      const refused = refusalOf(socket);
      await revoke(user);
      expect(await refused).toBe("unauthenticated");
      await using alone = await startNode({ REDIS_URL: redis.address, MONGODB_URI: one.config.mongodbUri });
      expect(await atHandshake(alone, oldToken(user))).toBe("unauthenticated");
    } finally {
      await redis.start();
    }
  });
});

describe("a revocation that is refused changes nothing", () => {
  const call = (path: string, headers: Record<string, string>) =>
    fetch(`${one.url}${path}`, { method: "POST", headers });
  const key = async (path: string) => {
    const { status, body } = await callAsService(one, "POST", path);
    return [status, body["code"]];
  };

  test("without a key, with a wrong one and with the user's own token", async () => {
    const user = uniqueName("user");
    using socket = await connect(one, user, { token: oldToken(user) });
    const path = `/api/chat/user/${user}/revoke`;
    const wrong = [{}, { "x-api-key": "wrong" }, { authorization: `Bearer ${oldToken(user)}` }];
    for (const headers of wrong) expect((await call(path, headers)).status).toBe(401);
    expect(await atRest(one, oldToken(user), user)).toBe(200);
    expect(socket.connected).toBe(true);
  });

  test("with an id that no user can have, and by another method", async () => {
    for (const id of ["a%20b", "...", "x".repeat(129), "%D0%B0"])
      expect(await key(`/api/chat/user/${id}/revoke`)).toEqual([400, "validation_failed"]);
    const { status } = await callAsService(one, "PUT", "/api/chat/user/mara/revoke");
    expect(status).toBe(405);
    expect(await atRest(other, oldToken("mara"), "mara")).toBe(200);
  });
});

test("a node that cannot read the revocations tries again, and misses none", async () => {
  const mongodb = await ownMongodb();
  try {
    const uri = databaseUri(uniqueName("test"), mongodb.address);
    await using node = await startNode({ MONGODB_URI: uri });
    const user = uniqueName("user");
    using socket = await connect(node, user, { token: oldToken(user) });
    const refused = refusalOf(socket);
    await failNext(mongodb.address, 6, { failCommands: ["find"], errorCode: 1, appName: "lyvo-chat" });
    await withDatabase(uri, async (client) => {
      const revocations = client.db().collection<{ _id: string; at: Date }>("revocations");
      await revocations.insertOne({ _id: user, at: new Date() });
    });
    expect(await refused).toBe("unauthenticated");
  } finally {
    await mongodb.close();
  }
});
