import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type BareWebsocket, connectBare, textFrame } from "../support/bare-websocket.ts";
import { anApprovedChat, ask, callAs, connect, until } from "../support/chat-client.ts";
import { uniqueName } from "../support/services.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

// Refusing costs as much as serving, and what a client asked for and no longer waits for costs as much again: both are
// bounded for a user, on however many connections.
let limited: TestNode;
let free: TestNode;
beforeAll(async () => {
  limited = await startNode({ LIMIT_EVENTS_PER_S: "50", LIMIT_CONNECTIONS_PER_USER: "20" });
  free = await startNode({ MONGODB_URI: limited.config.mongodbUri });
});
afterAll(async () => {
  await limited[Symbol.asyncDispose]();
  await free[Symbol.asyncDispose]();
});

const bursts = (count: number, event: string): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, n) => textFrame(`42${n}${event}`)));

const connections = (userId: string): Promise<BareWebsocket[]> =>
  Promise.all(Array.from({ length: 20 }, () => connectBare(limited, userId)));

/** How many events of a name had which outcome on the node so far. */
const outcomes = async (node: TestNode, event: string): Promise<Record<string, number>> => {
  const text = await (await fetch(`${node.opsUrl}/metrics`)).text();
  const lines = text.matchAll(
    new RegExp(`^chat_socket_events_total\\{event="${event}",outcome="(\\w+)"\\} (\\d+)$`, "gm"),
  );
  return Object.fromEntries([...lines].map(([, outcome, times]) => [outcome, Number(times)]));
};

test("twenty connections of a user, each below its limit and together far beyond the user's, all end", async () => {
  const neighbours = await anApprovedChat(limited);
  using owner = await connect(limited, neighbours.ownerId);
  const userId = uniqueName("many");
  const theirs = await connections(userId);
  await Promise.all(theirs.map(({ write }) => write(bursts(600, '["leave_chat",{}]'))));
  await until(() => theirs.every(({ isOpen }) => !isOpen()), "the end of all of the user's connections");
  const sent = await ask(owner, "send_message", { chatId: neighbours.chatId, type: "text", content: "still here" });
  expect(sent).toMatchObject({ ok: true });
  // Nobody is kept out: whoever comes again and keeps to the limits is served, if not within the same second.
  const comesAgain = async (): Promise<boolean> => {
    const again = await connectBare(limited, userId);
    await again.write(textFrame('421["leave_chat",{}]'));
    await again.has("431[");
    again.tcp.destroy();
    return true;
  };
  await until(() => comesAgain().catch(() => false));
});

test("events up to the limit of all connections of a user are answered, and all connections stay", async () => {
  const theirs = await connections(uniqueName("busy"));
  const before = await outcomes(limited, "leave_chat");
  await Promise.all(theirs.map(({ write }) => write(bursts(50, '["leave_chat",{"chatId":"x"}]'))));
  await Promise.all(theirs.map(({ has }) => has("4349[")));
  expect(theirs.every(({ isOpen }) => isOpen())).toBe(true);
  const after = await outcomes(limited, "leave_chat");
  expect((after["validation_failed"] ?? 0) - (before["validation_failed"] ?? 0)).toBe(1_000);
  for (const { tcp } of theirs) tcp.destroy();
});

test.each(["mark_read", "join_chat"])("the waiting events of a closed socket are dropped: %s", async (event) => {
  const { chatId, seekerId } = await anApprovedChat(free);
  const before = await outcomes(free, event);
  const socket = await connectBare(free, seekerId);
  await socket.write(bursts(500, `["${event}",{"chatId":"${chatId}"}]`));
  socket.tcp.destroySoon();
  const counted = async () => {
    const after = await outcomes(free, event);
    return (outcome: string): number => (after[outcome] ?? 0) - (before[outcome] ?? 0);
  };
  await until(async () => {
    const of = await counted();
    return of("ok") + of("unavailable") === 500;
  });
  expect((await counted())("unavailable")).toBeGreaterThan(0);
});

test("a message sent before leaving is still stored", async () => {
  const { chatId, seekerId } = await anApprovedChat(free);
  const socket = await connectBare(free, seekerId);
  await socket.write(bursts(20, `["send_message",{"chatId":"${chatId}","type":"text","content":"x"}]`));
  socket.tcp.destroySoon();
  await until(async () => {
    const { body } = await callAs(free, seekerId, "GET", `/api/chat/${chatId}/messages`);
    return (body["messages"] as unknown[]).length === 21;
  });
});
