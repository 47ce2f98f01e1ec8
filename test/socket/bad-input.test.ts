import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { anApprovedChat, ask, type Client, connect, next, until } from "../support/chat-client.ts";
import { connectRaw } from "../support/raw-socket.ts";
import { uniqueName } from "../support/services.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

// Whatever one client sends: it gets a clear error, and a neighbour on the same node goes on as if nothing had been.
let node: TestNode;
let neighbour: Client;
let chat: Awaited<ReturnType<typeof anApprovedChat>>;
let hostile: Client;
beforeAll(async () => {
  node = await startNode();
  chat = await anApprovedChat(node);
  neighbour = await connect(node, chat.ownerId);
  await ask(neighbour, "join_chat", chat.chatId);
});
beforeEach(async () => {
  hostile = await connect(node, chat.seekerId);
});
afterEach(() => void hostile.disconnect());
afterAll(async () => {
  neighbour.disconnect();
  await node.stop(1_000);
});

const neighbourGoesOn = async (): Promise<void> => {
  const content = uniqueName("still-here");
  const heard = next(neighbour, "receive_message", (message) => message.content === content);
  expect(await ask(neighbour, "send_message", { chatId: chat.chatId, type: "text", content })).toMatchObject({
    ok: true,
  });
  await heard;
};

const events = ["join_chat", "leave_chat", "send_message", "mark_read", "mark_delivered", "typing", "authenticate"];
const payloads: unknown[] = [
  null,
  true,
  0,
  "x",
  "",
  [],
  [[]],
  {},
  { toString: "x" },
  { chatId: { $gt: "" } },
  { chatId: ["a"] },
  { chatId: "../../etc" },
  {
    chatId: "f".repeat(23),
    seq: -1,
    afterSeq: 1.5,
    limit: 0,
    isTyping: "yes",
    type: "system",
    content: "x",
    token: {},
  },
  JSON.parse('{"__proto__":{"chatId":"x"},"constructor":{"prototype":1}}'),
];

describe("a socket event with wrong input", () => {
  test.each(events)("%s is answered with validation_failed, naming the field", async (event) => {
    for (const payload of payloads) {
      const answer = await ask(hostile, event, payload);
      expect([payload, answer]).toMatchObject([payload, { ok: false }]);
      const { code, errors } = answer["error"] as { code: string; errors?: unknown[] };
      expect(["validation_failed", "unauthenticated"]).toContain(code);
      if (code === "validation_failed") expect(errors?.length).toBeGreaterThan(0);
    }
    await neighbourGoesOn();
  });

  test.each(events)("%s with only an ack, or nothing at all, is survived", async (event) => {
    expect(await ask(hostile, event)).toMatchObject({ ok: false });
    (hostile as { emit: (event: string, ...args: unknown[]) => void }).emit(event);
    (hostile as { emit: (event: string, ...args: unknown[]) => void }).emit(event, { chatId: chat.chatId }, 1, 2);
    await neighbourGoesOn();
  });

  test("of an unknown name is told what there is", async () => {
    for (const event of ["nonsense", "__proto__", "toString", "constructor", "x".repeat(1_000)]) {
      expect(await ask(hostile, event, {})).toMatchObject({ error: { code: "validation_failed" } });
    }
  });

  test.each([1_000, 20_000])("nested %d deep is refused", async (depth) => {
    const nested = `${"[".repeat(depth)}${"]".repeat(depth)}`;
    const raw = await connectRaw(node, chat.seekerId);
    raw.send(`420["join_chat",${nested}]`);
    expect(await raw.next((text) => text.startsWith("430"))).toContain("validation_failed");
    raw.send(`421["join_chat",{"chatId":${nested}}]`);
    expect(await raw.next((text) => text.startsWith("431"))).toContain("validation_failed");
    raw.close();
    await neighbourGoesOn();
  });

  test.each([
    "",
    "4",
    "9",
    "42",
    "42[",
    "421[]",
    "42[null]",
    '42["disconnect"]',
    '451-["x"]',
    "45999999-x",
    "40",
    "40/x,",
    "41",
    "\u0000",
  ])("as the packet %j ends at most that connection", async (packet) => {
    const raw = await connectRaw(node, chat.seekerId);
    raw.send(packet);
    await neighbourGoesOn();
    raw.close();
  });

  test("with bytes where JSON belongs is refused", async () => {
    expect(
      await ask(hostile, "send_message", { chatId: chat.chatId, type: "text", content: Buffer.from("x") }),
    ).toMatchObject({
      error: { code: "validation_failed" },
    });
    await neighbourGoesOn();
  });

  test("over 64 KB is too large, and the connection stays", async () => {
    const content = "x".repeat(70_000);
    expect(await ask(hostile, "send_message", { chatId: chat.chatId, type: "text", content })).toMatchObject({
      error: { code: "payload_too_large" },
    });
    expect(hostile.connected).toBe(true);
  });

  test("of four thousand emoji, each written as twelve characters, is a message", async () => {
    const raw = await connectRaw(node, chat.seekerId);
    raw.send(
      `427["send_message",{"chatId":"${chat.chatId}","type":"text","content":"${"\\ud83d\\udc4d".repeat(4_000)}"}]`,
    );
    expect(await raw.next((text) => text.startsWith("437"))).toContain('"ok":true');
    raw.close();
  });

  test("far over the limit ends that connection alone, and it may come again", async () => {
    const ended = new Promise((resolve) => hostile.once("disconnect", resolve));
    hostile.emit("send_message", { chatId: chat.chatId, type: "text", content: "x".repeat(1_000_000) });
    await ended;
    await neighbourGoesOn();
    await until(() => hostile.connected);
  });
});

describe("too many events", () => {
  test("of a connection that may send one a second are refused, and the connection stands", async () => {
    await using limited = await startNode({ LIMIT_EVENTS_PER_S: "1", MONGODB_URI: node.config.mongodbUri });
    using busy = await connect(limited, chat.seekerId);
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => ask(busy, "leave_chat", { chatId: chat.chatId })),
    );
    const refused = answers.filter(({ ok }) => ok === false);
    expect(refused.length).toBeGreaterThan(90);
    expect(refused[0]).toMatchObject({ error: { code: "rate_limited", retryAfterMs: expect.any(Number) } });
    expect(busy.connected).toBe(true);
  });

  test("of one connection are refused with the time to wait; others are not held up", async () => {
    await using limited = await startNode({ LIMIT_EVENTS_PER_S: "20", MONGODB_URI: node.config.mongodbUri });
    using flood = await connect(limited, chat.seekerId);
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => ask(flood, "leave_chat", { chatId: chat.chatId })),
    );
    const refused = answers.filter(({ ok }) => ok === false);
    expect(refused.length).toBeGreaterThanOrEqual(20);
    expect(refused[0]).toMatchObject({ error: { code: "rate_limited", retryAfterMs: expect.any(Number) } });
    using other = await connect(limited, chat.ownerId);
    expect(await ask(other, "join_chat", chat.chatId)).toMatchObject({ ok: true });
  });

  test("are none where the limits are off: 500 at once are all answered", async () => {
    using busy = await connect(node, chat.seekerId);
    const answers = await Promise.all(
      Array.from({ length: 500 }, () => ask(busy, "leave_chat", { chatId: chat.chatId })),
    );
    expect(answers.filter(({ ok }) => ok !== true)).toEqual([]);
  });

  test("that are refused after a burst take nothing of what the minute allows", async () => {
    const limits = { LIMIT_SENDS_PER_S: "1", LIMIT_SENDS_PER_MIN: "6", MONGODB_URI: node.config.mongodbUri };
    await using limited = await startNode(limits);
    const fresh = await anApprovedChat(limited);
    using owner = await connect(limited, fresh.ownerId);
    const send = () => ask(owner, "send_message", { chatId: fresh.chatId, type: "text", content: "x" });
    const count = async (tries: number): Promise<number> =>
      (await Promise.all(Array.from({ length: tries }, send))).filter(({ ok }) => ok).length;
    expect(await count(20)).toBe(4);
    const { error } = (await send()) as { error: { retryAfterMs: number } };
    await pause(error.retryAfterMs + 100);
    expect(await count(10)).toBe(2);
  });

  test("of a user's sends are refused after the burst, over all nodes", async () => {
    const limits = { LIMIT_SENDS_PER_S: "2", MONGODB_URI: node.config.mongodbUri };
    await using one = await startNode(limits);
    await using two = await startNode(limits);
    const fresh = await anApprovedChat(one);
    using onOne = await connect(one, fresh.ownerId);
    using onTwo = await connect(two, fresh.ownerId);
    const send = (socket: Client) => ask(socket, "send_message", { chatId: fresh.chatId, type: "text", content: "x" });
    // At once, since a slow machine takes longer than the burst's window over ten of them one after the other.
    const sends = Array.from({ length: 10 }, (_, count) => send(count % 2 ? onOne : onTwo));
    const answers = (await Promise.all(sends)).toSorted((before, after) => Number(after["ok"]) - Number(before["ok"]));
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true, true, true, true, true, false, false]);
    expect(answers.at(-1)).toMatchObject({ error: { code: "rate_limited", retryAfterMs: expect.any(Number) } });
    using seeker = await connect(one, fresh.seekerId);
    expect(await send(seeker)).toMatchObject({ ok: true });
  });
});
