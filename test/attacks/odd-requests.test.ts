import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { anApprovedChat, until } from "../support/chat-client.ts";
import { requestOf, sendRaw } from "../support/raw-http.ts";
import { apiKey, startNode, type TestNode, tokenFor } from "../support/start-node.ts";

let node: TestNode;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.stop(2_000));

/** Sends, and waits for the end of the connection. */
const answered = async (bytes: string): Promise<{ statuses: number[]; body: string }> => {
  using connection = await sendRaw(node, bytes);
  await connection.closed();
  return { statuses: connection.statuses(), body: connection.text().split("\r\n\r\n").at(-1) ?? "" };
};

const health = "/api/chat/health";
const [host, close] = ["Host: x\r\n", "Connection: close\r\n"];
const upgrade =
  "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

describe("are refused with 400, and the connection ends", () => {
  test.each([
    ["two Host headers", `GET ${health} HTTP/1.1\r\n${host}Host: y\r\n\r\n`],
    ["two equal Host headers", `GET ${health} HTTP/1.1\r\n${host}hOST: x\r\n\r\n`],
    [
      "two Host headers of a websocket",
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n${host}Host: y\r\n${upgrade}\r\n`,
    ],
    ["two hosts in one header", `GET ${health} HTTP/1.1\r\nHost: x, y\r\n\r\n`],
    ["no Host", `GET ${health} HTTP/1.1\r\n\r\n`],
    ["a coding beside chunked", `POST /x HTTP/1.1\r\n${host}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
    ["a coding that is not chunked", `POST /x HTTP/1.1\r\n${host}Transfer-Encoding: identity\r\n\r\n`],
    ["two lengths", `POST /x HTTP/1.1\r\n${host}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`],
    [
      "a length beside chunked",
      `POST /x HTTP/1.1\r\n${host}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ["an Expect that nobody knows", `POST /x HTTP/1.1\r\n${host}Expect: a-miracle\r\nContent-Length: 3\r\n\r\n`],
    ["a greeting in TLS", "\u0016\u0003\u0001\u0002\u0000\r\n\r\n"],
    ["a line that is folded", `GET ${health} HTTP/1.1\r\n${host} more\r\n\r\n`],
  ])("%s", async (_what, bytes) => {
    const { statuses, body } = await answered(bytes);
    expect(statuses).toEqual([400]);
    expect(JSON.parse(body)).toMatchObject({ status: 400, code: "validation_failed", requestId: expect.any(String) });
  });

  test("a target of 20 KB with 431", async () => {
    expect((await answered(`GET /${"x".repeat(20_000)} HTTP/1.1\r\n${host}\r\n`)).statuses).toEqual([431]);
  });
});

describe("taken", () => {
  test.each([
    [
      "the form of a target that a proxy is sent",
      `GET http://chat.example.com${health} HTTP/1.1\r\n${host}${close}\r\n`,
    ],
    ["HTTP/1.0 without a Host", `GET ${health} HTTP/1.0\r\n\r\n`],
    ["a Host with a port", `GET ${health} HTTP/1.1\r\nHost: [::1]:5002\r\n${close}\r\n`],
    [
      "an upgrade to what we do not speak",
      `GET ${health} HTTP/1.1\r\n${host}Upgrade: h2c\r\nConnection: Upgrade, close\r\n\r\n`,
    ],
  ])("%s", async (_what, bytes) => {
    const { statuses, body } = await answered(bytes);
    expect(statuses).toEqual([200]);
    expect(JSON.parse(body)).toMatchObject({ checks: expect.any(Object) });
  });
});

describe("a client that waits for 100 Continue", () => {
  const body = JSON.stringify({ type: "text", content: "after all" });
  const headers = { "Content-Type": "application/json", "Content-Length": String(body.length), Expect: "100-continue" };

  test("gets it after its admission", async () => {
    const { chatId, ownerId } = await anApprovedChat(node);
    const path = `/api/chat/${chatId}/message`;
    const who = { Authorization: `Bearer ${tokenFor(ownerId)}`, Connection: "close" };
    using connection = await sendRaw(node, requestOf(path, { ...headers, ...who }, "POST"));
    await until(() => connection.statuses().length > 0);
    expect(connection.statuses()).toEqual([100]);
    connection.tcp.write(body);
    await connection.closed();
    expect(connection.statuses()).toEqual([100, 201]);
  });

  test.each([
    ["without a token", 401, {}],
    ["with one where a key is needed", 401, { Authorization: `Bearer ${tokenFor("somebody")}` }],
    ["with a body that is too large", 413, { "X-API-Key": apiKey, "Content-Length": String(10 * 1024 ** 2) }],
    ["with a body that is no JSON", 415, { "X-API-Key": apiKey, "Content-Type": "text/plain" }],
  ])("is not asked %s", async (_what, status, more) => {
    const { statuses } = await answered(
      requestOf("/api/chat/initiate", { ...headers, ...more, Connection: "close" }, "POST"),
    );
    expect(statuses).toEqual([status]);
  });
});
