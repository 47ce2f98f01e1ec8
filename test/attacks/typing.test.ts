import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  anApprovedChat,
  ask,
  type Client,
  callAs,
  callAsService,
  collect,
  connect,
  until,
} from "../support/chat-client.ts";
import { startTwoNodes, type TestNode, type TwoNodes } from "../support/start-node.ts";

// Typing is one state for a person and a chat, on however many connections and nodes it is said, and however often.
let nodes: TwoNodes;
let one: TestNode;
let other: TestNode;
beforeAll(async () => {
  nodes = await startTwoNodes();
  ({ one, other } = nodes);
});
afterAll(() => nodes[Symbol.asyncDispose]());

/** The seeker listens on the first node; the owner types on devices of both. */
const people = async () => {
  const chat = await anApprovedChat(one);
  const seeker = await connect(one, chat.seekerId);
  const [phone, laptop] = [await connect(one, chat.ownerId), await connect(other, chat.ownerId)];
  await ask(seeker, "join_chat", chat.chatId);
  const heard = collect(seeker, "user_typing");
  const end = (): void => [seeker, phone, laptop].forEach((socket) => void socket.disconnect());
  return { ...chat, seeker, phone, laptop, heard, [Symbol.dispose]: end };
};
const type = (socket: Client, chatId: string, isTyping = true) => ask(socket, "typing", { chatId, isTyping });

/** Resolves when the seeker's node has heard all that was said before on the laptop's: Redis keeps the order. */
const settled = async (chat: { chatId: string; seeker: Client; laptop: Client }): Promise<void> => {
  const heard = collect(chat.seeker, "receive_message");
  await ask(chat.laptop, "send_message", { chatId: chat.chatId, type: "text", content: "after all that" });
  await until(() => heard.some(({ content }) => content === "after all that"));
};

test("sent 48 times a second on twenty connections, it is emitted as often as from one", async () => {
  const chat = await anApprovedChat(one);
  using seeker = await connect(one, chat.seekerId);
  const heard = collect(seeker, "user_typing");
  const devices = await Promise.all(Array.from({ length: 20 }, (_, n) => connect(n % 2 ? one : other, chat.ownerId)));
  const began = Date.now();
  for (let round = 0; round < 5; round += 1) {
    const said = devices.flatMap((device) => Array.from({ length: 48 }, () => type(device, chat.chatId)));
    for (const answer of await Promise.all(said)) expect(answer).toEqual({ ok: true });
    await pause(500);
  }
  const lasted = Date.now() - began;
  for (const device of devices) device.disconnect();
  await until(() => heard.some(({ isTyping }) => !isTyping));
  // Each of the two nodes repeats it every two and a half seconds, however long this took.
  expect(heard.filter(({ isTyping }) => isTyping).length).toBeLessThanOrEqual(2 * (1 + Math.ceil(lasted / 2_500)));
  expect(heard.filter(({ isTyping }) => !isTyping)).toHaveLength(1);
});

test("started and ended repeatedly, it is emitted a few times at once, and finally its end", async () => {
  using chat = await people();
  for (let n = 0; n < 50; n += 1) {
    await type(chat.phone, chat.chatId);
    await type(chat.phone, chat.chatId, false);
  }
  await type(chat.phone, chat.chatId);
  await until(() => chat.heard.filter(({ isTyping }) => isTyping).length > 4, "its being heard again after a while");
  await type(chat.phone, chat.chatId, false);
  await until(() => chat.heard.at(-1)?.isTyping === false);
  // Two words for each beginning that was heard; without the bound a hundred.
  expect(chat.heard.length).toBeLessThan(40);
});

test("while it lasts it is repeated, so that receivers keep showing it", async () => {
  using chat = await people();
  const isRepeated = (): boolean => chat.heard.length >= 3;
  while (!isRepeated()) {
    await type(chat.phone, chat.chatId);
    await pause(200);
  }
  expect(chat.heard.every(({ isTyping }) => isTyping)).toBe(true);
});

describe("of several devices", () => {
  test.each(["stops", "leaves the chat", "disconnects"])(
    "it lasts when one %s, and ends with the last one",
    async (how) => {
      using chat = await people();
      using tablet = await connect(one, chat.ownerId);
      // The other node's word first, which takes its way over Redis.
      await type(chat.laptop, chat.chatId);
      await until(() => chat.heard.length >= 1);
      for (const device of [chat.phone, tablet, chat.laptop]) await type(device, chat.chatId);
      const end = async (device: Client): Promise<void> => {
        if (how === "disconnects") device.disconnect();
        else if (how === "stops") await type(device, chat.chatId, false);
        else await ask(device, "leave_chat", { chatId: chat.chatId });
      };
      await end(tablet);
      await end(chat.phone);
      // A word of the same node that comes after the ends: heard, they would have been heard by now.
      await ask(chat.phone.connected ? chat.phone : chat.laptop, "mark_delivered", { chatId: chat.chatId, seq: 1 });
      expect(chat.heard.filter(({ isTyping }) => !isTyping)).toEqual([]);
      await end(chat.laptop);
      await until(() => chat.heard.at(-1)?.isTyping === false);
      expect(chat.heard.filter(({ isTyping }) => !isTyping)).toHaveLength(1);
    },
  );

  test.each(["a send on another node", "a send over REST", "the chat's close"])(
    "%s ends it for all, once",
    async (how) => {
      using chat = await people();
      await type(chat.phone, chat.chatId);
      await type(chat.laptop, chat.chatId);
      await until(() => chat.heard.length >= 1);
      const path = `/api/chat/${chat.chatId}`;
      const text = { type: "text", content: "x" };
      if (how === "a send over REST") await callAs(other, chat.ownerId, "POST", `${path}/message`, text);
      else if (how === "the chat's close") await callAsService(other, "PUT", `${path}/status`, { status: "readonly" });
      else await ask(chat.laptop, "send_message", { chatId: chat.chatId, ...text });
      await until(() => chat.heard.at(-1)?.isTyping === false);
      if (how === "the chat's close") await callAsService(other, "PUT", `${path}/status`, { status: "active" });
      await settled(chat);
      // Longer than anything that was begun before could last.
      await pause(9_000);
      expect(chat.heard.filter(({ isTyping }) => !isTyping)).toHaveLength(1);
    },
  );
});

test("a device that left before its typing was handled leaves no typing behind", async () => {
  using chat = await people();
  for (let n = 0; n < 20; n += 1) {
    const device = await connect(one, chat.ownerId);
    for (let times = 0; times < 5; times += 1) device.emit("typing", { chatId: chat.chatId, isTyping: true });
    device.disconnect();
  }
  await until(async () => {
    await pause(1_000);
    return chat.heard.at(-1)?.isTyping !== true;
  });
});
