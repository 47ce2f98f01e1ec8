import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  type BareWebsocket,
  connectBare,
  firstPartFrame,
  nextPartFrame,
  openBareWebsocket,
  pingFrame,
  pongFrame,
  textFrame,
} from "../support/bare-websocket.ts";
import { until } from "../support/chat-client.ts";
import { type Neighbours, openNeighbours } from "../support/neighbours.ts";
import { uniqueName } from "../support/services.ts";
import { startNode, type TestNode, tokenFor } from "../support/start-node.ts";

let node: TestNode;
let neighbours: Neighbours;
beforeAll(async () => {
  node = await startNode({ LIMIT_EVENTS_PER_S: "50", LIMIT_HANDSHAKES_PER_MIN: "240" });
  neighbours = await openNeighbours(node);
});
afterAll(async () => {
  neighbours[Symbol.dispose]();
  await node.stop(2_000);
});

const repeated = (count: number, frame: Buffer): Buffer => Buffer.concat(Array.from({ length: count }, () => frame));

/** Frames that Engine.IO and Socket.IO never hear of. */
const floods: [string, () => Buffer][] = [
  ["pongs that answer nothing", () => repeated(5_000, pongFrame(""))],
  ["large pongs", () => repeated(500, pongFrame("x".repeat(125)))],
  ["pings", () => repeated(5_000, pingFrame(""))],
  ["large pings", () => repeated(500, pingFrame("x".repeat(125)))],
  [
    "empty parts of a message that never ends",
    () => Buffer.concat([firstPartFrame(""), repeated(10_000, nextPartFrame(""))]),
  ],
  ["messages of nothing", () => repeated(5_000, textFrame(""))],
];

/** Sends a flood again and again until the connection has ended. @throws after a minute */
const floodUntilEnded = async (socket: BareWebsocket, frames: Buffer): Promise<void> => {
  await until(async () => {
    await socket.write(frames);
    return !socket.isOpen();
  }, "the end of the connection");
};

describe("a connection is ended that sends", () => {
  test.each(floods)("%s without a token", async (_what, frames) => {
    const socket = await openBareWebsocket(node);
    await neighbours.whileTalking(floodUntilEnded(socket, frames()));
  });

  test.each(floods)("%s with one", async (_what, frames) => {
    const socket = await connectBare(node, uniqueName("frames"));
    await neighbours.whileTalking(floodUntilEnded(socket, frames()));
  });

  test("a flood, and is counted", async () => {
    const metrics = await (await fetch(`${node.opsUrl}/metrics`)).text();
    expect(metrics).toMatch(/^chat_flooders_dropped_total [1-9]/m);
  });
});

test("occasional pings are answered, and a message may be fragmented", async () => {
  const socket = await connectBare(node, uniqueName("parts"));
  await socket.write(pingFrame("are you there"));
  await socket.has("are you there");
  const [first, ...rest] = '420["leave_chat",{"x":"'.concat("y".repeat(60_000), '"}]').match(/.{1,10000}/g) ?? [];
  await socket.write(firstPartFrame(first ?? ""));
  for (const part of rest) await socket.write(nextPartFrame(part));
  // The last part: an empty one that says so.
  await socket.write(Buffer.from([0x80, 0x80, 0, 0, 0, 0]));
  await socket.has('430[{"ok":false');
  expect(socket.isOpen()).toBe(true);
  socket.tcp.destroy();
});

describe("one connection has one socket", () => {
  const connectPacket = (userId: string, token = tokenFor(userId)): Buffer =>
    textFrame(`40${JSON.stringify({ token })}`);
  const answersTo = (socket: BareWebsocket): (() => number) => {
    let heard = "";
    socket.tcp.on("data", (data: Buffer) => {
      heard += data.toString("latin1");
    });
    return () => heard.match(/40\{"sid"/g)?.length ?? 0;
  };
  const connections = async (): Promise<number> => {
    const metrics = await (await fetch(`${node.opsUrl}/metrics`)).text();
    return Number(/^chat_connections (\d+)$/m.exec(metrics)?.[1]);
  };

  test("even if it sends several CONNECTs at once", async () => {
    await until(async () => (await connections()) === 2);
    const user = uniqueName("five");
    const socket = await openBareWebsocket(node);
    const answers = answersTo(socket);
    await socket.write(repeated(5, connectPacket(user)));
    await socket.has("40{");
    await socket.write(textFrame('421["leave_chat",{}]'));
    await socket.has("431[");
    expect(answers()).toBe(1);
    expect(await connections()).toBe(3);
    // One more, beside the socket that it has, is an error of the protocol.
    await socket.write(connectPacket(user));
    await until(() => !socket.isOpen());
    expect(answers()).toBe(1);
    await until(async () => (await connections()) === 2);
  });

  test("and a client whose token was refused may send a valid one", async () => {
    const user = uniqueName("again");
    const socket = await openBareWebsocket(node);
    await socket.write(connectPacket(user, "nonsense"));
    await socket.has("unauthenticated");
    await socket.write(connectPacket(user));
    await socket.has('40{"sid"');
    // Longer than a refused connection is kept.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await socket.write(textFrame('421["leave_chat",{}]'));
    await socket.has("431[");
    socket.tcp.destroy();
  });

  test("and a connection that disconnects its socket ends", async () => {
    const socket = await connectBare(node, uniqueName("leaves"));
    await socket.write(textFrame("41"));
    await until(() => !socket.isOpen());
  });
});
