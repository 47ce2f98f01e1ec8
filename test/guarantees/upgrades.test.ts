import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { aBooking, until } from "../support/chat-client.ts";
import { apiKey, startNode, type TestNode } from "../support/start-node.ts";

let node: TestNode;
beforeAll(async () => {
  node = await startNode();
});
afterAll(async () => node[Symbol.asyncDispose]());

const request = (line: string, headers: string[], body = ""): string =>
  [`${line} HTTP/1.1`, "Host: x", ...headers, `Content-Length: ${body.length}`, "", body].join("\r\n");

const wishes = {
  "HTTP/2, as Java's own client does": ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAEA"],
  "what nobody knows": ["Connection: Upgrade", "Upgrade: foo/2"],
  "a websocket, where there is none": ["Connection: Upgrade", "Upgrade: websocket"],
};

test.each(Object.entries(wishes))(
  "a client that asks for %s is answered, and may send further requests",
  async (_, wish) => {
    const tcp = connect(Number(new URL(node.url).port), "127.0.0.1");
    let heard = "";
    tcp.on("data", (piece) => (heard += String(piece)));
    const headers = [`X-API-Key: ${apiKey}`, "Content-Type: application/json", ...wish];
    tcp.write(request("POST /api/chat/initiate", headers, JSON.stringify(aBooking())));
    await until(() => heard.includes('"chat":') || tcp.destroyed);
    expect(heard).toMatch(/^HTTP\/1\.1 201 Created\r\n/);
    tcp.write(request("GET /api/chat/health", ["Connection: close"]));
    await once(tcp, "close");
    expect(heard).toContain('"status":"ok"');
  },
);
