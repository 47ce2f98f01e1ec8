import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Inspector, memoryOf, openInspector } from "../../bench/inspector.ts";
import { connectBare, openBareWebsocket, textFrame } from "../support/bare-websocket.ts";
import { anApprovedChat, ask, type Client, connect, until } from "../support/chat-client.ts";
import { type Neighbours, openNeighbours } from "../support/neighbours.ts";
import { type NodeProcess, type NodeProcesses, openNodeProcesses } from "../support/node-process.ts";
import { uniqueName } from "../support/services.ts";
import * as storms from "../support/storms.ts";

// A slow or hostile client costs only itself: whatever some do, two others on the same node go on, and when they are
// gone the node is near where it was.
const mebi = 2 ** 20;
/** What Kubernetes gives a node. */
const podLimit = 768 * mebi;

let processes: NodeProcesses;
let node: NodeProcess & { port: number };
let inspector: Inspector;
let neighbours: Neighbours;
let theirs: Awaited<ReturnType<typeof anApprovedChat>>;

beforeAll(async () => {
  processes = await openNodeProcesses();
  // All come from one address here, so nobody is held up at the door.
  const started = await processes.startNode({ LIMIT_EVENTS_PER_S: "100" }, { inspect: true });
  node = { ...started, port: Number(new URL(started.url).port) };
  inspector = await openInspector(node.inspectPort);
  neighbours = await openNeighbours(node);
  theirs = await anApprovedChat(node);
});
afterAll(async () => {
  neighbours[Symbol.dispose]();
  inspector.close();
  await processes[Symbol.asyncDispose]();
});

const metric = async (name: string): Promise<number> => {
  const text = await (await fetch(`${node.opsUrl}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1]);
};

const rssOf = (pid: number): number =>
  1_024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);

/** Watches the largest resident size from now on. @returns what ends it, with what was seen */
const watchPeak = (): (() => number) => {
  let peak = 0;
  const timer = setInterval(() => {
    if (node.isRunning()) peak = Math.max(peak, rssOf(node.pid()));
  }, 100);
  return () => {
    clearInterval(timer);
    return peak;
  };
};

const inMebi = (bytes: number): number => Math.round(bytes / mebi);

describe("a client without a token", () => {
  test.each(Object.entries(storms.talkWithoutToken))("that sends %s is disconnected at once", async (_, frames) => {
    const socket = await openBareWebsocket(node);
    await socket.write(frames());
    await until(() => !socket.isOpen());
    await neighbours.goOn();
    // No socket was made of it, however often it asked for one.
    await until(async () => (await metric("chat_connections")) === 2);
  });
});

describe("a client with a token", () => {
  test("that continues far beyond the limit is disconnected, and may reconnect", async () => {
    const before = await metric("chat_flooders_dropped_total");
    const socket = await connectBare(node, theirs.seekerId);
    // Within the twentyfold: each is refused, and the connection stays.
    await socket.write(Buffer.concat(Array.from({ length: 300 }, (_, n) => textFrame(`42${n}["leave_chat",{}]`))));
    await socket.has('43299[{"ok":false');
    expect(socket.isOpen()).toBe(true);
    await socket.write(Buffer.concat(Array.from({ length: 3_000 }, () => textFrame('42["leave_chat",{}]'))));
    await until(() => !socket.isOpen());
    expect(await metric("chat_flooders_dropped_total")).toBe(before + 1);
    using again: Client = await connect(node, theirs.seekerId);
    expect(await ask(again, "join_chat", theirs.chatId)).toMatchObject({ ok: true });
  });
});

test("a user that sends a connection's limit on one connection is served; on ten connections it is disconnected", async () => {
  const large = (n: number) => textFrame(`42${n}["leave_chat",{"x":"${"x".repeat(60_000)}"}]`);
  const frames = Buffer.concat(Array.from({ length: 40 }, (_, n) => large(n)));
  const one = await connectBare(node, uniqueName("large"));
  await one.write(frames);
  await one.has('4339[{"ok":false');
  expect(one.isOpen()).toBe(true);
  const user = uniqueName("large");
  const ten = await Promise.all(Array.from({ length: 10 }, () => connectBare(node, user)));
  await Promise.all(ten.map(({ write }) => write(frames)));
  await until(() => ten.some(({ isOpen }) => !isOpen()));
  await neighbours.goOn();
  for (const { tcp } of [one, ...ten]) tcp.destroy();
});

test("after a storm of all of these the node's memory is about the same as before", async () => {
  using writer = await connect(node, theirs.ownerId);
  await neighbours.whileTalking(storms.comeAndGo(node));
  const silent = await storms.silent(node, 100);
  const before = await memoryOf(inspector);
  const peakOf = watchPeak();
  const dropped = (await metric("chat_slow_readers_dropped_total")) + 20;
  const isOver = async (): Promise<boolean> => (await metric("chat_slow_readers_dropped_total")) >= dropped;
  await neighbours.whileTalking(storms.stoppedReaders(node, theirs, { readers: 20, writer, isOver }));
  for (let round = 0; round < 2; round += 1) {
    const storm = [
      storms.withoutToken(node, 2_000),
      storms.events(node, theirs, 2_000),
      storms.oversized(node, 2_000),
      storms.badTokens(node),
    ];
    await neighbours.whileTalking(Promise.all(storm));
  }
  await neighbours.whileTalking(storms.comeAndGo(node));
  // A websocket has five seconds to begin, a request ten.
  await until(() => silent.every(({ closed }) => closed), "the end of those who never say anything");
  const peak = peakOf();
  await until(async () => (await metric("chat_connections")) === 3, "everybody else being gone");

  let after = await memoryOf(inspector);
  const isNear = async (): Promise<boolean> => {
    after = await memoryOf(inspector);
    return (["rss", "heapUsed", "external"] as const).every((part) => after[part] <= before[part] * 1.5 + 30 * mebi);
  };
  const told = () =>
    (["rss", "heapUsed", "external"] as const).map(
      (part) => `${part} ${inMebi(before[part])} → ${inMebi(after[part])}`,
    );
  await until(isNear, "memory being near where it was").catch((cause: unknown) => {
    throw new Error(told().join(", "), { cause });
  });
  console.info(`MiB: ${told().join(", ")}; in the storm at most ${inMebi(peak)} resident`);
  expect(peak).toBeLessThan(podLimit);
  expect(await metric("chat_sends_waiting")).toBe(0);
  expect(node.isRunning()).toBe(true);
});
