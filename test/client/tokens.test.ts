import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { anApprovedChat, until } from "../support/chat-client.ts";
import { startNode, type TestNode, tokenFor } from "../support/start-node.ts";
import { clientOf, online } from "./clients.ts";

let node: TestNode;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node[Symbol.asyncDispose]());

test("a token is renewed before it ends, and the connection stays", async () => {
  const { ownerId } = await anApprovedChat(node);
  let asked = 0;
  const firstEndsAt = Date.now() + 8_000;
  const getToken = async (): Promise<string> => {
    asked += 1;
    return tokenFor(ownerId, { expiresInS: asked === 1 ? 8 : 3_600 });
  };
  const states: string[] = [];
  await using owner = clientOf(node, ownerId, { getToken });
  owner.connection.subscribe(() => states.push(owner.connection.get().state));
  await online(owner);
  await until(() => asked === 2);
  await until(() => Date.now() > firstEndsAt + 1_000);
  expect(owner.connection.get().state).toBe("online");
  expect(asked).toBe(2);
  expect(states.filter((state) => state === "offline" || state === "unauthorized")).toEqual([]);
});

test("a token that is refused is `unauthorized`; getToken is asked again, not in a tight loop", async () => {
  const { ownerId } = await anApprovedChat(node);
  const asked: number[] = [];
  let isGood = false;
  const getToken = async (): Promise<string> => {
    asked.push(Date.now());
    return tokenFor(ownerId, isGood ? {} : { expiresInS: -60 });
  };
  await using owner = clientOf(node, ownerId, { getToken });
  owner.connect();
  await until(() => owner.connection.get().state === "unauthorized");
  expect(owner.connection.get()).toMatchObject({ error: { code: "unauthenticated" }, retryAt: expect.any(Number) });
  await until(() => asked.length >= 3);
  expect(asked.slice(1).every((at, n) => at - (asked[n] ?? 0) >= 900)).toBe(true);
  isGood = true;
  await online(owner);
});

test("a getToken that fails is asked again, and says why", async () => {
  const { ownerId } = await anApprovedChat(node);
  let fails = true;
  const getToken = async (): Promise<string> => {
    if (fails) throw new Error("the login is over");
    return tokenFor(ownerId);
  };
  await using owner = clientOf(node, ownerId, { getToken });
  owner.connect();
  await until(() => owner.connection.get().error?.code === "no_token");
  expect(owner.connection.get().error?.message).toContain("the login is over");
  fails = false;
  await online(owner);
});

test("making a client opens nothing and asks for no token", async () => {
  let asked = 0;
  const getToken = async (): Promise<string> => {
    asked += 1;
    return tokenFor("nobody");
  };
  const client = clientOf(node, "nobody", { getToken });
  client.inbox.get();
  client.chat("0".repeat(24)).view.get();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(asked).toBe(0);
  expect(client.connection.get().state).toBe("connecting");
});
