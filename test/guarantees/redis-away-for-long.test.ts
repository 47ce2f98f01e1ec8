import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import type { OwnService } from "../../local/services/provide-services.ts";
import { anApprovedChat, ask, type Client, callAs, collect, connect, next, until } from "../support/chat-client.ts";
import { type NodeProcess, openNodeProcesses } from "../support/node-process.ts";
import { freezeService, ownRedis } from "../support/own-services.ts";
import { uniqueName } from "../support/services.ts";
import { databaseUri } from "../support/start-node.ts";

// DESIGN "When something is away", Redis, for long enough that whoever gives up has done so.
// Two minutes: a publisher with the usual retries gives up after some 73 s, and ended the process then.
const awayMs = 120_000;
const sendEveryMs = 2_000;
const sendsPerMin = 60;

type Entry = { seq: number; content: string };
type Page = { messages: Entry[]; hasMore: boolean };
type People = Awaited<ReturnType<typeof openPeople>>;

/** The owner and a device of the seeker on one node, another device of the seeker on the other; all joined. */
const openPeople = async (one: NodeProcess, other: NodeProcess) => {
  const { chatId, ownerId, seekerId } = await anApprovedChat(one);
  const owner = await connect(one, ownerId);
  const near = await connect(one, seekerId);
  const far = await connect(other, seekerId);
  const sockets = [owner, near, far];
  const ended: string[] = [];
  for (const socket of sockets) {
    await ask(socket, "join_chat", chatId);
    socket.on("disconnect", (why) => ended.push(why));
  }
  const end = (): void => sockets.forEach((socket) => void socket.disconnect());
  return { chatId, ownerId, seekerId, owner, near, far, sockets, ended, [Symbol.dispose]: end };
};

const send = ({ chatId }: People, socket: Client, content: string) =>
  ask(socket, "send_message", { chatId, type: "text", content });

const ownersOf = (entries: Entry[]): string[] =>
  entries.flatMap(({ content }) => (content.startsWith("away") ? content : []));

const historyOf = async ({ chatId, seekerId }: People, node: NodeProcess): Promise<Entry[]> => {
  const { body } = await callAs(node, seekerId, "GET", `/api/chat/${chatId}/messages?after=0&limit=200`);
  return body["messages"] as Entry[];
};

/** The last seq before which a device that heard these since the chat's first entry has no hole. */
const wholeOf = (heard: Entry[]): number => {
  const seqs = new Set([1, ...heard.map(({ seq }) => seq)]);
  let whole = 1;
  while (seqs.has(whole + 1)) whole += 1;
  return whole;
};

const staysReady = async (node: NodeProcess): Promise<void> => {
  expect((await fetch(`${node.opsUrl}/readyz`)).status).toBe(200);
  const health = await fetch(`${node.url}/api/chat/health`);
  expect([health.status, await health.json()]).toEqual([
    200,
    { status: "degraded", checks: { mongodb: "up", redis: "down", kafka: "up" } },
  ]);
};

/** Everything a person does works on each node, and is heard by those on the same one. */
const allWorks = async ({ chatId, owner, near, far, ownerId }: People, nodes: NodeProcess[]): Promise<void> => {
  const heard = [next(owner, "messages_read"), next(owner, "user_typing")];
  for (const socket of [near, far]) {
    expect(await ask(socket, "join_chat", { chatId })).toMatchObject({ ok: true });
    expect(await ask(socket, "mark_delivered", { chatId, seq: 1 })).toMatchObject({ ok: true });
    expect(await ask(socket, "mark_read", { chatId })).toMatchObject({ ok: true });
    expect(await ask(socket, "typing", { chatId, isTyping: true })).toMatchObject({ ok: true });
  }
  await Promise.all(heard);
  for (const node of nodes) {
    await staysReady(node);
    using late = await connect(node, ownerId);
    expect(late.connected).toBe(true);
    expect((await callAs(node, ownerId, "GET", `/api/chat/user/${ownerId}`)).status).toBe(200);
    await anApprovedChat(node);
  }
};

/** Each node lets a user send what one node may, and no more: it counts for itself. */
const limitsHoldPerNode = async ({ chatId, seekerId }: People, nodes: NodeProcess[]): Promise<void> => {
  for (const node of nodes) {
    using socket = await connect(node, seekerId);
    const tries = Array.from({ length: sendsPerMin + 5 }, () =>
      ask(socket, "send_message", { chatId, type: "text", content: "chatty" }),
    );
    const refused = (await Promise.all(tries)).filter(({ ok }) => !ok);
    expect(refused).toHaveLength(5);
    expect(refused[0]).toMatchObject({ error: { code: "rate_limited", retryAfterMs: expect.any(Number) } });
  }
};

const ways = {
  killed: async (redis: OwnService) => {
    await redis.stop("SIGKILL");
    return () => redis.start();
  },
  frozen: freezeService,
};

const untilDown = ({ url }: NodeProcess): Promise<void> =>
  until(async () => (await (await fetch(`${url}/api/chat/health`)).text()).includes('"redis":"down"'));

/** The owner writes, and is acked, for as long as Redis is away. @returns what was written */
const talkFor = async (ms: number, people: People, nodes: NodeProcess[]): Promise<string[]> => {
  const sent: string[] = [];
  for (const end = performance.now() + ms; performance.now() < end; await pause(sendEveryMs)) {
    sent.push(`away ${sent.length}`);
    expect(await send(people, people.owner, sent.at(-1) ?? "")).toMatchObject({ ok: true });
    if (sent.length === 2) await limitsHoldPerNode(people, nodes);
    if (sent.length % 10 === 0) await allWorks(people, nodes);
  }
  return sent;
};

const livesThrough = async (how: keyof typeof ways): Promise<void> => {
  await using redis = await ownRedis();
  await using processes = await openNodeProcesses();
  const settings = {
    MONGODB_URI: databaseUri(uniqueName("long")),
    REDIS_URL: redis.address,
    LIMIT_SENDS_PER_MIN: String(sendsPerMin),
  };
  const [one, other] = [await processes.startNode(settings), await processes.startNode(settings)];
  const nodes = [one, other];
  using people = await openPeople(one, other);
  const { owner, near, far, sockets } = people;
  const [heardNear, heardFar] = [collect(near, "receive_message"), collect(far, "receive_message")];

  const back = await ways[how](redis);
  for (const node of nodes) await untilDown(node);
  const sent = await talkFor(awayMs, people, nodes);
  await until(() => ownersOf(heardNear).length === sent.length);
  expect(ownersOf(heardNear)).toEqual(sent);
  expect(ownersOf(heardFar)).toEqual([]);
  for (const node of nodes) expect(ownersOf(await historyOf(people, node))).toEqual(sent);
  expect(nodes.map((node) => node.isRunning())).toEqual([true, true]);
  expect(people.ended).toEqual([]);

  const told = sockets.map((socket) => collect(socket, "resync"));
  const afterSeq = wholeOf(heardFar);
  await back();
  await until(() => told.every((reasons) => reasons.length > 0), "resync");
  expect(new Set(told.flat().map(({ reason }) => reason))).toEqual(new Set(["redis_was_away"]));
  const page = { chatId: people.chatId, afterSeq, limit: 200 };
  const { messages, hasMore } = (await ask(far, "join_chat", page)) as Page;
  expect(hasMore).toBe(false);
  expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => afterSeq + index + 1));
  expect(ownersOf(messages)).toEqual(sent);
  // A node may still be on its way back to Redis, so it is asked for again.
  const isLive = async (): Promise<boolean> => {
    await send(people, owner, "live again");
    await pause(500);
    return heardFar.at(-1)?.content === "live again";
  };
  await until(isLive, "live messages between the nodes");
};

// Side by side, so that the suite waits for the two minutes once.
test.concurrent.each(["killed", "frozen"] as const)(
  "with Redis %s for two minutes the nodes survive, only short-lived data is lost, and all clients catch up",
  livesThrough,
  240_000,
);
