import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { Redis } from "ioredis";
import { anApprovedChat, ask, type Client, connect, next, until } from "../support/chat-client.ts";
import { type NodeProcess, openNodeProcesses } from "../support/node-process.ts";
import { uniqueName } from "../support/services.ts";
import { databaseUri, tokenFor } from "../support/start-node.ts";

// Somebody can write to Redis. Whatever is published on our channels, the nodes live and people talk; no token can be
// read, nobody is put into a room or out of one, and what none of our processes says reaches nobody.

const database = uniqueName("strays");
const prefix = `lyvo-chat:${database}`;
const forged = "forged by a stranger";

let processes: Awaited<ReturnType<typeof openNodeProcesses>>;
let nodes: NodeProcess[];
let redis: Redis;
let listener: Redis;
let chat: Awaited<ReturnType<typeof anApprovedChat>>;
let owner: Client;
let seeker: Client;
let stranger: Client;
/** What anybody was sent, as text; what was published by the nodes; and how connections ended. */
const sent: string[] = [];
const published: string[] = [];
const ended: string[] = [];

beforeAll(async () => {
  processes = await openNodeProcesses();
  const settings = { MONGODB_URI: databaseUri(database) };
  nodes = [await processes.startNode(settings), await processes.startNode(settings)];
  const [one, other] = nodes as [NodeProcess, NodeProcess];
  redis = new Redis(process.env["REDIS_URL"] ?? "");
  listener = new Redis(process.env["REDIS_URL"] ?? "");
  listener.on("pmessage", (_pattern, channel, message) => published.push(`${channel} ${message}`));
  await listener.psubscribe(`${prefix}*`);
  chat = await anApprovedChat(one);
  owner = await connect(one, chat.ownerId);
  seeker = await connect(other, chat.seekerId);
  stranger = await connect(other, uniqueName("stranger"));
  for (const socket of [owner, seeker]) await ask(socket, "join_chat", chat.chatId);
  for (const socket of [owner, seeker, stranger]) {
    socket.onAny((...said) => sent.push(JSON.stringify(said)));
    socket.on("disconnect", (why) => ended.push(why));
  }
  await talk();
});

afterAll(async () => {
  for (const socket of [owner, seeker, stranger]) socket.disconnect();
  for (const client of [redis, listener]) client.disconnect();
  await processes[Symbol.asyncDispose]();
});

/** Each of the two says something that the other one hears, on the other node. */
const talk = async (): Promise<void> => {
  for (const [speaker, hearer] of [
    [owner, seeker],
    [seeker, owner],
  ] as const) {
    const content = uniqueName("alive");
    const heard = next(hearer, "receive_message", (message) => message.content === content);
    expect(await ask(speaker, "send_message", { chatId: chat.chatId, type: "text", content })).toMatchObject({
      ok: true,
    });
    await heard;
  }
};

const channels = (): string[] => [
  `${prefix}#/#`,
  `${prefix}#/#chat:${chat.chatId}#`,
  `${prefix}#/#user:${chat.ownerId}#`,
  `${prefix}#/#nobody#`,
  `${prefix}-request#/#`,
  `${prefix}-response#/#`,
  `${prefix}-response#/#emitter#`,
];

const publishEverywhere = async (payload: string | Buffer): Promise<void> => {
  for (const channel of channels()) await redis.publish(channel, payload);
};

afterEach(async () => {
  await talk();
  expect(nodes.map((node) => node.isRunning())).toEqual([true, true]);
  expect(ended).toEqual([]);
  expect(sent.filter((said) => said.includes(forged))).toEqual([]);
});

const anId = "65f0c0ffee0000000000c0de";
const aTime = "2026-11-28T12:00:00.000Z";
const deep = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const text = (value: unknown): string => JSON.stringify(value);

const message = (overrides: object = {}) => ({
  id: anId,
  chatId: chat.chatId,
  seq: 99,
  senderId: chat.ownerId,
  type: "text",
  content: forged,
  createdAt: aTime,
  ...overrides,
});
const packet = (event: unknown, payload: unknown, more: object = {}) => ({
  type: 2,
  data: [event, payload],
  nsp: "/",
  ...more,
});
const toChat = (more: object = {}) => ({ rooms: [`chat:${chat.chatId}`], except: [], flags: {}, ...more });
const toOwner = (more: object = {}) => ({ rooms: [`user:${chat.ownerId}`], except: [], flags: {}, ...more });

describe("a payload that is neither a broadcast nor a request, on each channel", () => {
  const payloads: [string, string | Buffer][] = [
    ["5", "5"],
    ["null", "null"],
    ["true", "true"],
    ["nothing", ""],
    ["text", '"text"'],
    ["no JSON", "{"],
    ["an object", "{}"],
    ["an empty array", "[]"],
    ["an array of null", "[null]"],
    ["nulls", "[null,null,null]"],
    ["a packet without options", '["x",{"type":2,"data":["receive_message",{}],"nsp":"/"}]'],
    ["a packet with null options", '["x",{"type":2,"data":["receive_message",{}],"nsp":"/"},null]'],
    ["a packet that is a number", '["x",5,{"rooms":[]}]'],
    ["a packet without data", '["x",{"type":2,"nsp":"/"},{"rooms":[],"except":[]}]'],
    ["rooms that are a number", '["x",{"type":2,"data":["a"],"nsp":"/"},{"rooms":5,"except":[]}]'],
    ["exceptions that are an object", '["x",{"type":2,"data":["a"]},{"rooms":[],"except":{}}]'],
    ["another namespace", '["x",{"type":2,"data":["a"],"nsp":"/admin"},{"rooms":[],"except":[]}]'],
    ["data that is deep", `["x",{"type":2,"data":["a",${deep(50_000)}],"nsp":"/"},{"rooms":[],"except":[]}]`],
    ["nothing but depth", deep(100_000)],
    ["a key __proto__", '["x",{"type":2,"data":["a"],"__proto__":{"nsp":"/"}},{"rooms":[],"__proto__":null}]'],
    ["a megabyte", `["x",{"type":2,"data":["a","${"a".repeat(1_000_000)}"]},{"rooms":[]}]`],
    ["bytes that are no text", Buffer.from([0x93, 0xff, 0xfe, 0x00, 0xc1])],
    ["msgpack, as the adapter writes by default", Buffer.from("93a178820274797065a46e7370", "hex")],
    ["a probe of nobody", "probe:"],
    ["a long probe", `probe:${"x".repeat(10_000)}`],
    ["an unknown type of request", '{"type":99}'],
    ["a request without a type", '{"uid":"x","requestId":"1"}'],
    ["a request with null for everything", '{"uid":null,"requestId":null,"type":null,"opts":null,"data":null}'],
    ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((type): [string, string][] => [
      [`a request of type ${type} with nothing in it`, text({ type })],
      [
        `a request of type ${type} with wrong fields`,
        text({ type, requestId: "1", opts: 5, rooms: 5, data: 5, sid: {} }),
      ],
    ]),
    ["a call of a listener that Socket.IO has itself", '{"uid":"x","type":6,"data":["connection",{}]}'],
    ["a call of an unknown word", '{"uid":"x","type":6,"data":["shutdown"]}'],
    ["a call that asks for an answer", '{"uid":"x","type":6,"requestId":"1","data":["resync","node_was_lost"]}'],
    ["a resync for a reason of its own", '{"uid":"x","type":6,"data":["resync",{"reason":"forged by a stranger"}]}'],
    ["a peer without an id", '{"uid":"x","type":6,"data":["peer","alive",{}]}'],
    ["a response to nobody", '{"requestId":"x","sockets":[],"rooms":[],"type":8,"clientCount":5}'],
  ];
  test.each(payloads)("%s: has no effect", (_what, payload) => publishEverywhere(payload));
});

describe("a broadcast that none of our processes sends", () => {
  const forgeries: [string, () => unknown[]][] = [
    ["an event of no name of ours", () => [packet("admin", message()), toChat()]],
    ["an event that Socket.IO keeps for itself", () => [packet("disconnect", forged), toChat()]],
    ["an event of one socket", () => [packet("chat_joined", { note: forged }), toChat()]],
    ["a resync to everybody", () => [packet("resync", { reason: forged }), toChat()]],
    ["a message to everybody", () => [packet("receive_message", message()), toChat({ rooms: [] })]],
    ["a message to another room than its chat's", () => [packet("receive_message", message()), toOwner()]],
    [
      "a message with one more argument",
      () => [{ ...packet("a", 1), data: ["receive_message", message(), 1] }, toChat()],
    ],
    ["a message without a sender", () => [packet("receive_message", message({ senderId: null })), toChat()]],
    ["a message of an unknown type", () => [packet("receive_message", message({ type: "html" })), toChat()]],
    ["a message whose place is none", () => [packet("receive_message", message({ seq: -1 })), toChat()]],
    ["a message whose time is none", () => [packet("receive_message", message({ createdAt: forged })), toChat()]],
    ["a message whose content is no text", () => [packet("receive_message", message({ content: [forged] })), toChat()]],
    [
      "an attachment that runs a script",
      () => [
        packet("receive_message", message({ type: "file", attachment: { name: "a", url: "javascript:alert(1)" } })),
        toChat(),
      ],
    ],
    ["a message that is deep", () => [packet("receive_message", message({ more: JSON.parse(deep(100)) })), toChat()]],
    ["a message of many parts", () => [packet("receive_message", message({ more: Array(5_000).fill(0) })), toChat()]],
    ["a message that asks for an ack", () => [packet("receive_message", message(), { id: 1 }), toChat()]],
    ["a packet of another type", () => [packet("receive_message", message(), { type: 4 }), toChat()]],
    ["a packet with flags", () => [packet("receive_message", message()), toChat({ flags: { timeout: 1 } })]],
    ["a packet with exceptions", () => [packet("receive_message", message()), toChat({ except: ["user:a"] })]],
    [
      "a chat of other people",
      () => [packet("chat_updated", { ...chat.chat, ownerId: "a", statusReason: forged }), toOwner()],
    ],
    ["a chat without its fields", () => [packet("chat_created", { id: anId, statusReason: forged }), toOwner()]],
    ["a receipt to a user", () => [packet("messages_read", { chatId: chat.chatId, userId: forged }), toOwner()]],
    ["somebody who types into everything", () => [packet("user_typing", { chatId: forged }), toOwner()]],
    [
      "a presence that is no time",
      () => [packet("presence", { userId: "a", online: false, lastSeenAt: forged }), toOwner()],
    ],
  ];
  test.each(forgeries)("%s: reaches nobody", async (_what, forgery) => {
    await publishEverywhere(text(["x", ...forgery()]));
  });

  test("what is dropped is counted", async () => {
    const counts = async ({ opsUrl }: NodeProcess): Promise<number> => {
      const metrics = await (await fetch(`${opsUrl}/metrics`)).text();
      return Number(/^chat_redis_strays_dropped_total (\d+)/m.exec(metrics)?.[1]);
    };
    for (const node of nodes) {
      const before = await counts(node);
      await publishEverywhere("5");
      await until(async () => (await counts(node)) >= before + 2);
    }
  });
});

describe("requests that the adapter would execute", () => {
  const request = (fields: object) =>
    redis.publish(`${prefix}-request#/#`, text({ uid: "x", requestId: "7", ...fields }));
  const everybody = { rooms: [], except: [] };

  test("neither requests nor published messages reveal sockets, rooms or tokens", async () => {
    for (const type of [0, 1, 5]) await request({ type, opts: everybody, rooms: [] });
    for (const type of [0, 1, 5])
      await redis.publish(`${prefix}-request#/#`, text({ type, requestId: "8", opts: everybody }));
    await talk();
    const token = tokenFor(chat.ownerId).split(".")[0] ?? "";
    expect(published.filter((said) => said.includes("handshake") || said.includes(token))).toEqual([]);
    expect(published.filter((said) => said.includes("-response#/#") && said.includes(owner.id ?? ""))).toEqual([]);
  });

  test("a stranger is added to no room, and nobody is removed from one", async () => {
    for (const room of [`chat:${chat.chatId}`, `user:${chat.ownerId}`]) {
      await request({ type: 2, opts: { rooms: [`user:${stranger.id}`, stranger.id], except: [] }, rooms: [room] });
      await request({ type: 2, sid: stranger.id, room });
      await request({ type: 3, opts: everybody, rooms: [room] });
      await request({ type: 3, sid: owner.id, room });
      await request({ type: 3, sid: seeker.id, room });
    }
    const heard: unknown[] = [];
    stranger.onAny((...said) => heard.push(said));
    await talk();
    await ask(stranger, "leave_chat", chat.chatId);
    expect(heard).toEqual([]);
  });

  test("nobody is disconnected, and nobody gets a packet from the stranger", async () => {
    await request({ type: 4, opts: everybody, close: true });
    for (const { id } of [owner, seeker, stranger]) await request({ type: 4, sid: id, close: true });
    await request({ type: 7, opts: everybody, packet: packet("receive_message", message()) });
    await talk();
    expect(ended).toEqual([]);
  });
});
