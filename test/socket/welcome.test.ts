import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ask, clientOf, collect, next } from "../support/chat-client.ts";
import { uniqueName } from "../support/services.ts";
import { startNode, type TestNode, tokenFor } from "../support/start-node.ts";

let node: TestNode;
beforeAll(async () => {
  node = await startNode({ EDIT_WINDOW_S: "60", LIMIT_SENDS_PER_S: "7" });
});
afterAll(() => node.stop(1_000));

describe("welcome", () => {
  test("says the user, the end of the token, the time and the rules", async () => {
    const user = uniqueName("user");
    const exp = Math.floor(Date.now() / 1_000) + 600;
    using socket = clientOf(node, user, { token: tokenFor(user, { exp }) });
    const before = Date.now();
    const welcomed = next(socket, "welcome");
    socket.connect();
    const { serverTime, rules, ...rest } = await welcomed;
    expect(rest).toEqual({ userId: user, expiresAt: new Date(exp * 1_000).toISOString() });
    expect(Date.parse(serverTime)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(serverTime)).toBeLessThanOrEqual(Date.now());
    expect(rules).toEqual(await (await fetch(`${node.url}/api/chat/rules`)).json());
    expect(rules).toMatchObject({ editWindowS: 60, limits: { sendsPerS: 7 } });
  });

  test("comes once after each connection, and not with a newer token", async () => {
    const user = uniqueName("user");
    using socket = clientOf(node, user);
    const welcomes = collect(socket, "welcome");
    const first = next(socket, "welcome");
    socket.connect();
    await first;
    expect(await ask(socket, "authenticate", { token: tokenFor(user) })).toMatchObject({ ok: true });
    expect(await ask(socket, "join_chat", "0".repeat(24))).toMatchObject({ ok: false });
    expect(welcomes).toHaveLength(1);
    const second = next(socket, "welcome");
    socket.io.engine.close();
    await second;
    expect(welcomes).toHaveLength(2);
  });

  test("does not come to a client that is refused", async () => {
    using socket = clientOf(node, "nobody", { token: "nonsense" });
    const welcomes = collect(socket, "welcome");
    const refused = new Promise((resolve) => socket.once("connect_error", resolve));
    socket.connect();
    await refused;
    expect(welcomes).toEqual([]);
  });
});
