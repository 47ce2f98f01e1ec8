import { afterAll, afterEach, describe, expect, test } from "@jest/globals";
import { type BareWebsocket, openBareWebsocket } from "../support/bare-websocket.ts";
import { connect, until } from "../support/chat-client.ts";
import { openNeighbours } from "../support/neighbours.ts";
import { type NodeProcesses, openNodeProcesses } from "../support/node-process.ts";
import { anAddress, type RawHttp, requestOf, sendRaw } from "../support/raw-http.ts";
import { uniqueName } from "../support/services.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

const opened: { tcp: { destroy: () => unknown } }[] = [];
afterEach(() => {
  for (const { tcp } of opened.splice(0)) tcp.destroy();
});

/** Connections that say nothing, all from one address. */
const silent = async (node: { port: number }, from: string, count: number): Promise<RawHttp[]> => {
  const connections = await Promise.all(Array.from({ length: count }, () => sendRaw(node, "", { from })));
  opened.push(...connections);
  return connections;
};
const silentWebsocket = async (node: { port: number }, from: string, headers = ""): Promise<BareWebsocket> => {
  const websocket = await openBareWebsocket(node, { from, headers });
  opened.push(websocket);
  return websocket;
};
const isServed = async (node: TestNode, from: string): Promise<boolean> => {
  using connection = await sendRaw(node, requestOf("/api/chat/health"), { from });
  await until(() => !connection.isOpen() || connection.statuses().length > 0);
  return connection.statuses()[0] === 200;
};

describe("an address has a limited number of connections", () => {
  test("from the first byte on; when one ends, another one is accepted, and other addresses are not affected", async () => {
    await using node = await startNode({ LIMIT_CONNECTIONS_PER_ADDRESS: "5" });
    const [from, other] = [anAddress(), anAddress()];
    const held = await silent(node, from, 5);
    const [tooMany] = await silent(node, from, 1);
    await tooMany?.closed();
    expect(tooMany?.text()).toBe("");
    expect(await isServed(node, from)).toBe(false);
    expect(await isServed(node, other)).toBe(true);
    held[0]?.tcp.destroy();
    await until(() => isServed(node, from));
  });

  test("including websockets with a token", async () => {
    await using node = await startNode({ LIMIT_CONNECTIONS_PER_ADDRESS: "3" });
    const sockets = await Promise.all(["one", "two", "three"].map((name) => connect(node, uniqueName(name))));
    await expect(connect(node, uniqueName("four"), { reconnection: false })).rejects.toThrow();
    sockets[0]?.disconnect();
    await until(async () => {
      const again = await connect(node, uniqueName("four"), { reconnection: false }).catch(() => null);
      again?.disconnect();
      return again !== null;
    });
    for (const socket of sockets) socket.disconnect();
  });

  test("behind a proxy, for the address that the proxy saw, and the proxy itself has no limit", async () => {
    await using node = await startNode({ LIMIT_CONNECTIONS_PER_ADDRESS: "3", TRUSTED_PROXIES: "1" });
    const of = (address: string): string => `X-Forwarded-For: ${address}\r\n`;
    // A connection that names nobody is the proxy's own.
    await silent(node, "127.0.0.1", 10);
    for (const port of [1, 2, 3]) await silentWebsocket(node, "127.0.0.1", of(`203.0.113.8:${port}`));
    using refused = await sendRaw(
      node,
      requestOf("/socket.io/?EIO=4&transport=websocket", {
        "X-Forwarded-For": "::ffff:203.0.113.8",
        Upgrade: "websocket",
        Connection: "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      }),
    );
    await refused.closed();
    expect(refused.statuses()).toEqual([429]);
    expect((await silentWebsocket(node, "127.0.0.1", of("203.0.113.9"))).isOpen()).toBe(true);
  });

  test("0 means no limit", async () => {
    await using node = await startNode({ LIMIT_CONNECTIONS_PER_ADDRESS: "0" });
    const held = await silent(node, anAddress(), 50);
    expect(await isServed(node, anAddress())).toBe(true);
    expect(held.every((connection) => connection.isOpen())).toBe(true);
  });
});

describe("a connection ends by itself that", () => {
  let node: TestNode | undefined;
  const aNode = async (): Promise<TestNode> => (node ??= await startNode());
  afterAll(() => node?.stop(2_000));

  test("is a silent websocket that does not even answer its close", async () => {
    const websocket = await silentWebsocket(await aNode(), anAddress());
    await until(() => !websocket.isOpen());
  });

  test("sends nothing, or half a request, or a request letter by letter", async () => {
    const target = await aNode();
    const [nothing] = await silent(target, anAddress(), 1);
    const half = await sendRaw(target, "GET /api/chat/health HTTP/1.1\r\nHost: x\r\n");
    const slow = await sendRaw(target, "GET /api/chat/health HTTP/1.1\r\nHost: x\r\nX-Long: ");
    opened.push(half, slow);
    const letters = setInterval(() => slow.tcp.write("x"), 200);
    await Promise.all([nothing?.closed(), half.closed(), slow.closed()]);
    clearInterval(letters);
    expect([...half.statuses(), ...slow.statuses()]).toEqual([408, 408]);
  });
});

describe("a node with few descriptors", () => {
  let processes: NodeProcesses | undefined;
  afterAll(async () => processes?.[Symbol.asyncDispose]());

  test("keeps some for ops and for its connected clients, whoever holds the rest", async () => {
    processes = await openNodeProcesses();
    const started = await processes.startNode({ LIMIT_CONNECTIONS_PER_ADDRESS: "1000" }, { descriptors: 300 });
    const node = { ...started, port: Number(new URL(started.url).port) };
    using neighbours = await openNeighbours(node);
    const addresses = Array.from({ length: 4 }, anAddress);
    const flood = async (): Promise<void> => {
      // One address gets half of what there is, so it takes several to fill the node.
      for (const from of addresses) await silent(node, from, 150);
      for (const path of ["/livez", "/readyz"]) expect((await fetch(`${node.opsUrl}${path}`)).status).toBe(200);
    };
    await neighbours.whileTalking(flood());
    for (const reason of ["address", "node"]) {
      const isCounted = new RegExp(`chat_connections_refused_total\\{reason="${reason}"\\} [1-9]`);
      await until(async () => isCounted.test(await (await fetch(`${node.opsUrl}/metrics`)).text()), reason);
    }
    for (const { tcp } of opened.splice(0)) tcp.destroy();
    using again = await connect(node, uniqueName("later"));
    expect(again.connected).toBe(true);
  });
});
