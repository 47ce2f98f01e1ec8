import { connect as connectTcp } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { aBooking, anApprovedChat, ask, callAs, connect, ownConnection, until } from "../support/chat-client.ts";
import { databaseWork } from "../support/database-work.ts";
import { type NodeProcess, type NodeProcesses, openNodeProcesses } from "../support/node-process.ts";
import { uniqueName } from "../support/services.ts";
import { databaseUri, startNode, type TestNode, tokenFor } from "../support/start-node.ts";

// What one user reads costs nobody else anything: all that comes together is bounded before it is read, in what runs at
// once and in bytes, whatever the limits of requests and events let through.
const long = "👍".repeat(4_000);
const mongodbUri = databaseUri(uniqueName("reads"));

/** A chat whose pages end at a megabyte. */
const aLongChat = async (node: Pick<TestNode, "url">) => {
  const chat = await anApprovedChat(node);
  using owner = await connect(node, chat.ownerId);
  const sending = { chatId: chat.chatId, type: "text", content: long };
  await Promise.all(Array.from({ length: 80 }, () => ask(owner, "send_message", sending)));
  return chat;
};

const requestOf = (userId: string, method: string, path: string): string =>
  [
    `${method} ${path} HTTP/1.1`,
    "Host: x",
    `Authorization: Bearer ${tokenFor(userId)}`,
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");

const answerLine = Buffer.from("HTTP/1.1 ");

/** Sends requests over several connections, all at once. @returns how many were answered with which status */
const flood = async ({ url }: Pick<TestNode, "url">, request: string, connections: number, each: number) => {
  const statuses: Record<string, number> = {};
  let answered = 0;
  const count = (piece: Buffer): void => {
    for (let at = piece.indexOf(answerLine); at >= 0; at = piece.indexOf(answerLine, at + 1)) {
      const status = piece.toString("latin1", at + answerLine.length, at + answerLine.length + 3);
      statuses[status] = (statuses[status] ?? 0) + 1;
      answered += 1;
    }
  };
  const tcps = Array.from({ length: connections }, () => {
    const tcp = connectTcp(Number(new URL(url).port), "127.0.0.1");
    tcp.on("error", () => undefined).on("data", count);
    tcp.write(request.repeat(each));
    return tcp;
  });
  // A piece may end in the middle of a status line, so a few of them are missed.
  const isOver = () => answered >= connections * each * 0.9 || tcps.every(({ closed }) => closed);
  await until(isOver, "the answers");
  for (const tcp of tcps) tcp.destroy();
  return statuses;
};

describe("a node with the heap of its pod", () => {
  let processes: NodeProcesses;
  let node: NodeProcess;
  let chat: Awaited<ReturnType<typeof aLongChat>>;
  let landlord: string;
  let neighbours: Awaited<ReturnType<typeof anApprovedChat>>;

  beforeAll(async () => {
    await using filler = await startNode({ MONGODB_URI: mongodbUri });
    chat = await aLongChat(filler);
    landlord = uniqueName("landlord");
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        const { chatId, seekerId } = await anApprovedChat(filler, aBooking({ ownerId: landlord }));
        await callAs(filler, seekerId, "POST", `/api/chat/${chatId}/message`, { type: "text", content: long });
      }),
    );
    processes = await openNodeProcesses();
    node = await processes.startNode(
      { MONGODB_URI: mongodbUri, LIMIT_EVENTS_PER_S: "50", NODE_OPTIONS: "--max-old-space-size=384" },
      {},
    );
    neighbours = await anApprovedChat(node);
  });
  afterAll(async () => processes[Symbol.asyncDispose]());

  const gauge = async (name: string): Promise<number> => {
    const metrics = await (await fetch(`${node.opsUrl}/metrics`, { headers: ownConnection })).text();
    return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(metrics)?.[1]);
  };

  /** Neighbours send and read while something goes on; all of theirs is answered. */
  const whileOthersTalk = async <T>(what: Promise<T>): Promise<{ most: number; result: T }> => {
    using owner = await connect(node, neighbours.ownerId);
    const over = new AbortController();
    let most = 0;
    const talk = async (): Promise<void> => {
      do {
        const message = { chatId: neighbours.chatId, type: "text", content: "still here" };
        expect(await ask(owner, "send_message", message)).toMatchObject({ ok: true });
        expect(await ask(owner, "mark_read", { chatId: neighbours.chatId })).toMatchObject({ ok: true });
        most = Math.max(most, await gauge("chat_read_bytes"));
      } while (!over.signal.aborted);
    };
    const [result] = await Promise.all([what.finally(() => over.abort()), talk()]);
    return { most, result };
  };

  const floods: [string, () => string, string[]][] = [
    ["pages", () => requestOf(chat.ownerId, "GET", `/api/chat/${chat.chatId}/messages?limit=200`), ["200", "429"]],
    ["the inbox", () => requestOf(landlord, "GET", `/api/chat/user/${landlord}?limit=200`), ["200", "429"]],
    ["marks", () => requestOf(chat.ownerId, "PUT", `/api/chat/${chat.chatId}/read`), ["200"]],
  ];
  test.each(floods)("keeps serving while a user floods it with requests for %s", async (_, request, expected) => {
    const { most, result } = await whileOthersTalk(flood(node, request(), 20, 15));
    expect(Object.keys(result).toSorted()).toEqual(expected);
    expect(most).toBeLessThan(8 * 1024 ** 2);
    expect(node.isRunning()).toBe(true);
    await until(async () => (await gauge("chat_read_bytes")) + (await gauge("chat_reads_running")) === 0);
  });

  test("keeps serving while a user's twenty sockets join endlessly", async () => {
    const sockets = await Promise.all(Array.from({ length: 20 }, () => connect(node, chat.seekerId)));
    const join = { chatId: chat.chatId, limit: 200 };
    const joins = Promise.all(
      sockets.flatMap((socket) => Array.from({ length: 15 }, () => ask(socket, "join_chat", join).catch(() => null))),
    );
    const { most } = await whileOthersTalk(joins);
    for (const socket of sockets) socket.disconnect();
    expect(most).toBeLessThan(8 * 1024 ** 2);
    expect(node.isRunning()).toBe(true);
    await until(async () => (await gauge("chat_read_bytes")) + (await gauge("chat_reads_running")) === 0);
  });
});

describe("a user that reads as clients do", () => {
  let node: TestNode;
  /** Lets the tests write as much as they want. */
  let filler: TestNode;
  beforeAll(async () => {
    node = await startNode({ MONGODB_URI: mongodbUri, LIMIT_EVENTS_PER_S: "50" });
    filler = await startNode({ MONGODB_URI: mongodbUri });
  });
  afterAll(async () => {
    await node[Symbol.asyncDispose]();
    await filler[Symbol.asyncDispose]();
  });

  test("gets an inbox whose pages end at a megabyte and together have each chat once", async () => {
    const landlord = uniqueName("landlord");
    const made = await Promise.all(
      Array.from({ length: 90 }, async () => {
        const { chatId, seekerId } = await anApprovedChat(node, aBooking({ ownerId: landlord }));
        await callAs(node, seekerId, "POST", `/api/chat/${chatId}/message`, { type: "text", content: long });
        return chatId;
      }),
    );
    const ids: string[] = [];
    const pages: number[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const query: string = `limit=200${cursor && `&cursor=${cursor}`}`;
      const { body } = await callAs(node, landlord, "GET", `/api/chat/user/${landlord}?${query}`);
      const page = body as { chats: { id: string }[]; nextCursor: string | null };
      ids.push(...page.chats.map(({ id }) => id));
      pages.push(page.chats.length);
      cursor = page.nextCursor;
    }
    expect(ids.toSorted()).toEqual(made.toSorted());
    expect(pages).toHaveLength(2);
  });

  test("gets pages whose end also depends on the fields besides the content", async () => {
    const chat = await anApprovedChat(node);
    using owner = await connect(filler, chat.ownerId);
    const url = `https://images.example.com/${"a".repeat(2_000)}`;
    const attachment = { url, name: `${"👍".repeat(250)}.jpg`, mimeType: "image/jpeg", size: 1 };
    const image = { chatId: chat.chatId, type: "image", content: "👍".repeat(1_000), attachment };
    await Promise.all(Array.from({ length: 199 }, () => ask(owner, "send_message", image)));
    const { body } = await callAs(node, chat.seekerId, "GET", `/api/chat/${chat.chatId}/messages?limit=200`);
    expect(body).toMatchObject({ hasMore: true });
    expect(JSON.stringify(body).length).toBeLessThan(2 * 1024 ** 2);
  });

  test("is never refused: 5,000 messages page by page, and fifty sockets that rejoin at once", async () => {
    const chat = await anApprovedChat(node);
    using writer = await connect(filler, chat.ownerId);
    using owner = await connect(node, chat.ownerId);
    for (let round = 0; round < 10; round += 1) {
      const send = { chatId: chat.chatId, type: "text", content: "hello ".repeat(20) };
      await Promise.all(Array.from({ length: 500 }, () => ask(writer, "send_message", send)));
    }
    let read = 0;
    for (let hasMore = true; hasMore; ) {
      const answer = await ask(owner, "join_chat", { chatId: chat.chatId, afterSeq: read, limit: 200 });
      expect(answer).toMatchObject({ ok: true });
      read += (answer["messages"] as unknown[]).length;
      hasMore = answer["hasMore"] === true;
    }
    expect(read).toBe(5_001);
    const chats = await Promise.all(Array.from({ length: 50 }, () => anApprovedChat(node)));
    const sockets = await Promise.all(chats.map(({ seekerId }) => connect(node, seekerId)));
    const joined = await Promise.all(
      sockets.map((socket, index) => ask(socket, "join_chat", { chatId: chats[index]?.chatId, afterSeq: 0 })),
    );
    for (const socket of sockets) socket.disconnect();
    expect(joined.filter(({ ok }) => ok !== true)).toEqual([]);
  });
});

test("marks that do not move write nothing, and each answer has the current mark", async () => {
  await using node = await startNode({ MONGODB_URI: mongodbUri });
  const chat = await anApprovedChat(node);
  using owner = await connect(node, chat.ownerId);
  await ask(owner, "send_message", { chatId: chat.chatId, type: "text", content: "hello" });
  await ask(owner, "join_chat", chat.chatId);
  const mark = () => callAs(node, chat.seekerId, "PUT", `/api/chat/${chat.chatId}/read`, {});
  expect(await mark()).toMatchObject({ body: { read: { seq: 2 } } });
  const marks = 40;
  const work = await databaseWork(mongodbUri, async () => {
    const answers = await Promise.all(Array.from({ length: marks }, mark));
    for (const answer of answers) expect(answer).toMatchObject({ status: 200, body: { read: { seq: 2 } } });
  });
  // None of them moves anything, and that is found without a try to write; those that come at once share it.
  expect(work.length).toBeLessThanOrEqual(2 * marks);
  expect(work.filter(({ op }) => op !== "query")).toEqual([]);
  // What a device marks on another node is where the mark stands here as well.
  await using other = await startNode({ MONGODB_URI: mongodbUri });
  await ask(owner, "send_message", { chatId: chat.chatId, type: "text", content: "more" });
  await callAs(other, chat.seekerId, "PUT", `/api/chat/${chat.chatId}/read`, { seq: 3 });
  const less = await callAs(node, chat.seekerId, "PUT", `/api/chat/${chat.chatId}/read`, { seq: 1 });
  expect(less).toMatchObject({ body: { read: { seq: 3 } } });
});
