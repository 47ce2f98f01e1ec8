import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { OwnService } from "../../local/services/provide-services.ts";
import { anApprovedChat, ask, collect, connect, until } from "../support/chat-client.ts";
import { type NodeProcess, type NodeProcesses, openNodeProcesses } from "../support/node-process.ts";
import { freezeService, ownRedis } from "../support/own-services.ts";
import { uniqueName } from "../support/services.ts";
import { databaseUri, startNode, type TestNode } from "../support/start-node.ts";

// Whoever says that somebody types may die before it says that it is over. The node of those who heard it ends it as well.
let redis: OwnService;
let processes: NodeProcesses;
let typists: NodeProcess;
let hearers: TestNode;
beforeAll(async () => {
  redis = await ownRedis();
  processes = await openNodeProcesses();
  const shared = { MONGODB_URI: databaseUri(uniqueName("typing")), REDIS_URL: redis.address };
  typists = await processes.startNode(shared);
  hearers = await startNode(shared);
});
afterAll(async () => {
  await hearers[Symbol.asyncDispose]();
  await processes[Symbol.asyncDispose]();
  await redis.stop();
});

const aTypist = async () => {
  const chat = await anApprovedChat(hearers);
  const seeker = await connect(hearers, chat.seekerId);
  const owner = await connect(typists, chat.ownerId, { reconnection: false });
  const heard = collect(seeker, "user_typing");
  const end = (): void => [owner, seeker].forEach((socket) => void socket.disconnect());
  await ask(owner, "typing", { chatId: chat.chatId, isTyping: true });
  await until(() => heard.length > 0);
  return { ...chat, owner, heard, [Symbol.dispose]: end };
};

test("typing whose end falls into an outage of Redis ends, and does not come back with Redis", async () => {
  using typist = await aTypist();
  const thaw = await freezeService(redis);
  typist.owner.disconnect();
  await until(() => typist.heard.at(-1)?.isTyping === false, "the end of typing");
  await thaw();
  await until(async () => {
    const health = await fetch(`${hearers.url}/api/chat/health`);
    return ((await health.json()) as { status: string }).status === "ok";
  });
  // A word over Redis after all those that waited for it.
  using next = await aTypist();
  expect(next.heard[0]?.isTyping).toBe(true);
  expect(typist.heard.map(({ isTyping }) => isTyping)).toEqual([true, false]);
});

test("typing of a killed node ends, once", async () => {
  using typist = await aTypist();
  await typists.stop("SIGKILL");
  await until(() => typist.heard.at(-1)?.isTyping === false, "the end of typing");
  await typists.start();
  using next = await aTypist();
  expect(next.heard[0]?.isTyping).toBe(true);
  expect(typist.heard.filter(({ isTyping }) => !isTyping)).toHaveLength(1);
});
