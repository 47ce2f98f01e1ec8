import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { openBareWebsocket, textFrame } from "../support/bare-websocket.ts";
import { anApprovedChat, ask, callAs, connect, until } from "../support/chat-client.ts";
import { startNode, type TestNode, tokenFor } from "../support/start-node.ts";

// What is large to make is bounded in bytes, where limits count events and requests.
let node: TestNode;
let chat: Awaited<ReturnType<typeof anApprovedChat>>;
const messages = 100;
const content = "👍".repeat(4_000);
const portOf = ({ url }: Pick<TestNode, "url">): number => Number(new URL(url).port);

beforeAll(async () => {
  node = await startNode();
  chat = await anApprovedChat(node);
  using owner = await connect(node, chat.ownerId);
  const sending = { chatId: chat.chatId, type: "text", content };
  await Promise.all(Array.from({ length: messages }, () => ask(owner, "send_message", sending)));
});
afterAll(async () => node[Symbol.asyncDispose]());

type Page = { messages: { seq: number }[]; hasMore: boolean };

test("a page of long messages ends at a megabyte, and the pages together have every message", async () => {
  const seqs: number[] = [];
  const lengths: number[] = [];
  for (let hasMore = true; hasMore; ) {
    const { body } = await callAs(
      node,
      chat.seekerId,
      "GET",
      `/api/chat/${chat.chatId}/messages?after=${seqs.at(-1) ?? 0}&limit=200`,
    );
    const page = body as Page;
    seqs.push(...page.messages.map(({ seq }) => seq));
    lengths.push(page.messages.length);
    hasMore = page.hasMore;
  }
  expect(seqs).toEqual(Array.from({ length: messages + 1 }, (_, index) => index + 1));
  // What stands beside the content counts as well.
  expect(lengths).toEqual([64, 37]);
  using seeker = await connect(node, chat.seekerId);
  const newest = (await ask(seeker, "join_chat", { chatId: chat.chatId, limit: 200 })) as Page;
  expect(newest).toMatchObject({ hasMore: true });
  expect(newest.messages.map(({ seq }) => seq)).toEqual(seqs.slice(-63));
});

test("a user that reads too much is rate limited, and nobody else is", async () => {
  await using limited = await startNode({ LIMIT_EVENTS_PER_S: "5", MONGODB_URI: node.config.mongodbUri });
  const read = async (userId: string) =>
    (await callAs(limited, userId, "GET", `/api/chat/${chat.chatId}/messages?limit=200`)).status;
  const codes = [];
  for (let count = 0; count < 6; count += 1) codes.push(await read(chat.seekerId));
  expect([codes[0], codes.at(-1)]).toEqual([200, 429]);
  using seeker = await connect(limited, chat.seekerId);
  expect(await ask(seeker, "join_chat", chat.chatId)).toMatchObject({
    error: { code: "rate_limited", retryAfterMs: expect.any(Number) },
  });
  expect(await read(chat.ownerId)).toBe(200);
});

test("waiting pages are not made for a socket that is gone", async () => {
  const before = await outcomes("unavailable");
  const seeker = await connect(node, chat.seekerId);
  for (let count = 0; count < 100; count += 1) seeker.emit("join_chat", { chatId: chat.chatId, limit: 200 }, () => {});
  await pause(50);
  seeker.disconnect();
  await until(async () => (await outcomes("unavailable")) > before);
});

const outcomes = async (outcome: string): Promise<number> => {
  const metrics = await (await fetch(`${node.opsUrl}/metrics`)).text();
  const line = new RegExp(`^chat_socket_events_total{event="join_chat",outcome="${outcome}"} (\\d+)$`, "m").exec(
    metrics,
  );
  return Number(line?.[1] ?? 0);
};

test("an HTTP client that does not read its answers is disconnected, and its waiting answers are freed", async () => {
  const tcp = connectTcp(portOf(node), "127.0.0.1");
  const asked = 40;
  const request = [
    `GET /api/chat/${chat.chatId}/messages?limit=200 HTTP/1.1`,
    "Host: x",
    `Authorization: Bearer ${tokenFor(chat.seekerId)}`,
    "",
    "",
  ].join("\r\n");
  tcp.pause();
  tcp.write(request.repeat(asked));
  // Node looks after half a minute, and ends what has not moved when it looks again.
  await pause(75_000);
  let bytes = 0;
  tcp.on("data", (piece) => (bytes += piece.length));
  tcp.on("error", () => undefined);
  tcp.resume();
  await once(tcp, "close");
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(asked * 1_000_000);
});

test("a client that sends pongs without pings, before its token, is disconnected", async () => {
  const socket = await openBareWebsocket({ port: portOf(node) });
  await socket.write(Buffer.concat(Array.from({ length: 10 }, () => textFrame("3"))));
  await until(() => !socket.isOpen());
});
