import { describe, expect, test } from "@jest/globals";
import { connectBare, joinAndStopReading, textFrame } from "../support/bare-websocket.ts";
import { anApprovedChat, ask, connect, until } from "../support/chat-client.ts";
import { startNode } from "../support/start-node.ts";

test("a reader that stopped reading is let go, and nobody else notices", async () => {
  await using node = await startNode();
  const chat = await anApprovedChat(node);
  const { tcp: stuck } = await joinAndStopReading(node, chat.seekerId, chat.chatId);
  const ended = new Promise((resolve) => stuck.once("close", resolve));
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
  await until(dropped, "the slow reader's end");
  expect(owner.connected).toBe(true);
  stuck.resume();
  await ended;
});

test("a reader that is slow and goes on reading gets all of it", async () => {
  await using node = await startNode();
  const { chatId, ownerId, seekerId } = await anApprovedChat(node);
  using owner = await connect(node, ownerId);
  const content = "👍".repeat(4_000);
  const sends = Array.from({ length: 200 }, () => ask(owner, "send_message", { chatId, type: "text", content }));
  await Promise.all(sends);
  const slow = await connectBare({ port: Number(new URL(node.url).port) }, seekerId);
  let bytes = 0;
  slow.tcp.on("data", (piece) => {
    bytes += piece.length;
    slow.tcp.pause();
    setTimeout(() => slow.tcp.resume(), 15);
  });
  // Each answer is nearly a megabyte, and `chat_joined` says the same again: more than the kernel holds.
  for (const id of [1, 2, 3, 4, 5, 6])
    await slow.write(textFrame(`42${id}${JSON.stringify(["join_chat", { chatId, limit: 200 }])}`));
  await until(() => bytes > 12_100_000 || !slow.isOpen(), "all of it");
  expect({ isOpen: slow.isOpen(), bytes: bytes > 12_100_000 }).toEqual({ isOpen: true, bytes: true });
  slow.tcp.destroy();
});

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
