import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { OwnService } from "../../local/services/provide-services.ts";
import { anApprovedChat, ask, type Client, collect, connect, next, until } from "../support/chat-client.ts";
import { freezeService, ownRedis } from "../support/own-services.ts";
import { startNode, startTwoNodes, type TestNode, type TwoNodes } from "../support/start-node.ts";

// DESIGN "When something is away", Redis: sends, history and live within a node go on; when it is back, `resync`.
let redis: OwnService;
let nodes: TwoNodes;
let one: TestNode;
let other: TestNode;
let people: { chatId: string; owner: Client; neighbour: Client; seeker: Client };

beforeAll(async () => {
  redis = await ownRedis();
  nodes = await startTwoNodes({
    REDIS_URL: redis.address,
    LIMIT_SENDS_PER_S: "50",
    LIMIT_CONNECTIONS_PER_USER: "20",
  });
  ({ one, other } = nodes);
  const { chatId, ownerId, seekerId } = await anApprovedChat(one);
  people = {
    chatId,
    owner: await connect(one, ownerId),
    neighbour: await connect(one, seekerId),
    seeker: await connect(other, seekerId),
  };
  for (const socket of [people.owner, people.neighbour, people.seeker]) await ask(socket, "join_chat", chatId);
});
afterEach(() => redis.start());
afterAll(async () => {
  for (const socket of [people.owner, people.neighbour, people.seeker]) socket.disconnect();
  await nodes[Symbol.asyncDispose]();
  await redis.close();
});

const send = (content: string) => ask(people.owner, "send_message", { chatId: people.chatId, type: "text", content });
const healthOf = async (node: TestNode) => (await fetch(`${node.url}/api/chat/health`)).json();

/** Away in one way, and how it comes back. */
const ways = {
  killed: async () => {
    await redis.stop("SIGKILL");
    return () => redis.start();
  },
  frozen: async () => {
    return freezeService(redis);
  },
};

describe.each(["killed", "frozen"] as const)("with Redis %s", (how) => {
  test("the node survives, sends are acked and received on the same node; afterwards the others catch up", async () => {
    const back = await ways[how]();
    try {
      const heard = collect(people.neighbour, "receive_message");
      const contents = Array.from({ length: 20 }, (_, n) => `${how}-${n}`);
      for (const content of contents) expect(await send(content)).toMatchObject({ ok: true });
      const own = () => heard.flatMap(({ content }) => (content.startsWith(how) ? content : []));
      await until(() => own().length === 20);
      expect(own()).toEqual(contents);
      // New connections, joining, reading and typing still work.
      using late = await connect(one, "somebody-else");
      expect(late.connected).toBe(true);
      expect(await ask(people.neighbour, "join_chat", people.chatId)).toMatchObject({ ok: true });
      expect(await ask(people.neighbour, "mark_read", { chatId: people.chatId })).toMatchObject({ ok: true });
      expect(await ask(people.neighbour, "typing", { chatId: people.chatId, isTyping: true })).toMatchObject({
        ok: true,
      });
      await until(async () => JSON.stringify(await healthOf(one)).includes('"redis":"down"'));
      expect(await healthOf(one)).toMatchObject({ status: "degraded", checks: { mongodb: "up" } });
      expect((await fetch(`${one.opsUrl}/readyz`)).status).toBe(200);
    } finally {
      const told = [people.owner, people.seeker].map((socket) => next(socket, "resync"));
      await back();
      for (const why of await Promise.all(told)) expect(why).toEqual({ reason: "redis_was_away" });
    }
    const { messages } = (await ask(people.seeker, "join_chat", { chatId: people.chatId, limit: 200 })) as {
      messages: { content: string }[];
    };
    expect(messages.filter(({ content }) => content.startsWith(how))).toHaveLength(20);
    // And live delivery between nodes goes on. A node may still be on its way back to Redis, so it is asked for again.
    const live = collect(people.seeker, "receive_message");
    await until(async () => (await send("live again"), live.length > 0));
  });
});

describe("a node that starts without Redis", () => {
  test.each(["killed", "frozen"] as const)(
    "serves alone with Redis %s, and joins the others when Redis is back",
    async (how) => {
      const back = await ways[how]();
      await using alone = await startNode({ REDIS_URL: redis.address, MONGODB_URI: one.config.mongodbUri });
      const chat = await anApprovedChat(alone);
      using owner = await connect(alone, chat.ownerId);
      await ask(owner, "join_chat", chat.chatId);
      const resynced = next(owner, "resync");
      await back();
      await resynced;
      using far = await connect(other, chat.seekerId);
      const heard = collect(owner, "receive_message");
      await until(async () => {
        await ask(far, "send_message", { chatId: chat.chatId, type: "text", content: "from the other node" });
        return heard.length > 0;
      });
    },
  );

  test("afterwards, clients that connected in the meantime can join and leave chats, and receive from all nodes", async () => {
    await redis.stop();
    await using alone = await startNode({ REDIS_URL: redis.address, MONGODB_URI: one.config.mongodbUri });
    const chat = await anApprovedChat(one);
    const { chatId } = chat;
    using owner = await connect(alone, chat.ownerId);
    const resynced = next(owner, "resync");
    await redis.start();
    await resynced;
    using far = await connect(other, chat.seekerId);
    const heard = collect(owner, "receive_message");
    const say = (socket: Client, content: string) => ask(socket, "send_message", { chatId, type: "text", content });
    const hears = (content: string): boolean => heard.some((message) => message.content === content);

    expect(await ask(owner, "join_chat", chatId)).toMatchObject({ ok: true });
    await say(owner, "from here");
    await until(() => hears("from here"));
    await until(async () => (await say(far, "from the other node"), hears("from the other node")));

    expect(await ask(owner, "leave_chat", { chatId })).toMatchObject({ ok: true });
    await say(owner, "nobody here listens");
    // What the same connection is told later comes behind it.
    await ask(owner, "join_chat", chatId);
    await say(owner, "the end");
    await until(() => hears("the end"));
    expect(hears("nobody here listens")).toBe(false);
  });
});
