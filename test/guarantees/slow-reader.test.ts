import { connect as connectTcp, type Socket } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { anApprovedChat, ask, connect, until } from "../support/chat-client.ts";
import { startNode, type TestNode, tokenFor } from "../support/start-node.ts";

/** A client that joins a chat over a bare connection and then reads no more. */
const joinAndStopReading = async ({ port }: TestNode, userId: string, chatId: string): Promise<Socket> => {
  const socket = connectTcp(port, "127.0.0.1");
  await new Promise((resolve) => socket.once("connect", resolve));
  const heard: Buffer[] = [];
  socket.on("data", (bytes: Buffer) => heard.push(bytes));
  const has = (text: string) => until(() => Buffer.concat(heard).includes(text), 5_000, text);
  socket.write(
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  await has('"sid"');
  socket.write(frame(`40${JSON.stringify({ token: tokenFor(userId) })}`));
  await has("40{");
  socket.write(frame(`421${JSON.stringify(["join_chat", chatId])}`));
  await has("431[");
  socket.pause();
  return socket;
};

/** A masked text frame with a mask of zeros. */
const frame = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  const length = bytes.length < 126 ? [0x80 | bytes.length] : [0x80 | 126, bytes.length >> 8, bytes.length & 255];
  return Buffer.concat([Buffer.from([0x81, ...length, 0, 0, 0, 0]), bytes]);
};

test("a reader that stopped reading is let go, and nobody else notices", async () => {
  await using node = await startNode();
  const chat = await anApprovedChat(node);
  const stuck = await joinAndStopReading(node, chat.seekerId, chat.chatId);
  const ended = new Promise((resolve) => stuck.once("close", resolve));
  stuck.on("error", () => undefined);
  using owner = await connect(node, chat.ownerId);
  await ask(owner, "join_chat", chat.chatId);
  // The kernel holds some megabytes before anything waits in the process.
  const content = "👍".repeat(4_000);
  const dropped = async (): Promise<boolean> => {
    const answers = await Promise.all(
      Array.from({ length: 90 }, () => ask(owner, "send_message", { chatId: chat.chatId, type: "text", content })),
    );
    expect(answers.every(({ ok }) => ok)).toBe(true);
    const metrics = await (await fetch(`${node.opsUrl}/metrics`)).text();
    return metrics.includes("chat_slow_readers_dropped_total 1");
  };
  await until(dropped, 60_000, "the slow reader's end");
  expect(owner.connected).toBe(true);
  stuck.resume();
  await ended;
}, 90_000);

describe("the metrics", () => {
  test("tell of connections and events", async () => {
    await using node = await startNode();
    const chat = await anApprovedChat(node);
    using owner = await connect(node, chat.ownerId);
    await ask(owner, "join_chat", chat.chatId);
    await ask(owner, "join_chat", 5);
    const metrics = await (await fetch(`${node.opsUrl}/metrics`)).text();
    expect(metrics).toContain("chat_connections 1");
    expect(metrics).toContain('chat_socket_events_total{event="join_chat",outcome="ok"} 1');
    expect(metrics).toContain('chat_socket_events_total{event="join_chat",outcome="validation_failed"} 1');
  });
});
