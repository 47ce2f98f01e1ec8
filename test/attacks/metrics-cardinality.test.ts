import { METHODS } from "node:http";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ask, connect, until } from "../support/chat-client.ts";
import { requestOf, sendRaw } from "../support/raw-http.ts";
import { uniqueName } from "../support/services.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

let node: TestNode;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.stop(2_000));

/** The node's own series, without the numbers. */
const series = async (): Promise<string[]> => {
  const text = await (await fetch(`${node.opsUrl}/metrics`)).text();
  const lines = text.split("\n").filter((line) => line.startsWith("chat_"));
  return lines.map((line) => line.slice(0, line.lastIndexOf(" ")));
};

const call = async (target: string, method: string): Promise<void> => {
  using connection = await sendRaw(node, requestOf(target, { "Content-Length": "0", Connection: "close" }, method));
  await until(() => !connection.isOpen());
};

/** Of strangers and of a user, the same again and again with other names in it. */
const visit = async (round: number): Promise<void> => {
  // CONNECT asks for a tunnel, which is never answered.
  for (const method of METHODS.filter((name) => name !== "CONNECT")) {
    await call("/api/chat/health", method);
    await call(`/nowhere/${round}/${method}`, method);
  }
  using socket = await connect(node, uniqueName("user"));
  for (const event of [`made-up-${round}`, "__proto__", "constructor"]) await ask(socket, event, {});
};

test("invented methods, paths and events make no new series", async () => {
  await visit(1);
  const before = await series();
  expect(before.filter((line) => /method="(?!GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|other)/.test(line))).toEqual([]);
  expect(before.some((line) => line.includes('method="other"'))).toBe(true);
  for (const round of [2, 3]) await visit(round);
  expect(await series()).toEqual(before);
});
