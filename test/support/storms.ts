import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import {
  type BareWebsocket,
  binaryFrame,
  connectBare,
  joinAndStopReading,
  openBareWebsocket,
  pingFrame,
  textFrame,
} from "./bare-websocket.ts";
import { ask, type Client } from "./chat-client.ts";
import { uniqueName } from "./services.ts";
import { tokenFor } from "./start-node.ts";

type Target = { port: number };
type TheirChat = { chatId: string; seekerId: string };

const repeated = (count: number, frame: (n: number) => Buffer): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, n) => frame(n)));

const many = <T>(count: number, act: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => act(n)));

/** Writes the same again and again, without reading, until the connection ends or the time is over. */
const flood = async (socket: BareWebsocket, frames: Buffer, forMs: number): Promise<void> => {
  socket.tcp.resume();
  const over = setTimeout(() => socket.tcp.destroy(), forMs);
  while (socket.isOpen()) {
    await socket.write(frames);
    await pause(1);
  }
  clearTimeout(over);
};

/** What is sent to a node that is asked for nothing but to keep a connection without a token. */
export const talkWithoutToken: Record<string, () => Buffer> = {
  "unknown namespaces": () => repeated(1_000, (n) => textFrame(`40/${n},`)),
  "one token again and again": () => repeated(200, () => textFrame(`40${JSON.stringify({ token: tokenFor("many") })}`)),
  pings: () => repeated(1_000, () => pingFrame("x".repeat(120))),
  "bytes for an event of many parts": () =>
    Buffer.concat([textFrame('4510-["x"]'), repeated(9, () => binaryFrame(Buffer.alloc(250_000)))]),
};

/** Five connections without a token for each way of talking. */
export const withoutToken = async (node: Target, forMs: number): Promise<void> => {
  for (const frames of Object.values(talkWithoutToken)) {
    await many(5, async () => flood(await openBareWebsocket(node), frames(), forMs));
  }
};

/** Connections that came with a token and flood with one kind of event each. */
export const events = async (node: Target, { chatId, seekerId }: TheirChat, forMs: number): Promise<void> => {
  const kinds = ['["x"]', `["join_chat","${chatId}"]`, `["typing",{"chatId":"${chatId}","isTyping":true}]`, "[]"];
  for (const kind of kinds) {
    const frames = repeated(1_000, (n) => textFrame(`42${n}${kind}`));
    await many(5, async () => flood(await connectBare(node, seekerId), frames, forMs));
  }
};

/** Packets of 200 KB, which are refused, and of 300 KB, which end the connection. */
export const oversized = async (node: Target, forMs: number): Promise<void> => {
  for (const size of [200_000, 300_000]) {
    const frames = repeated(5, () => textFrame(`421["send_message",{"content":"${"x".repeat(size)}"}]`));
    await many(10, async () => flood(await connectBare(node, uniqueName("large")), frames, forMs));
  }
};

/** Two hundred and fifty connections with a token that is none. */
export const badTokens = async (node: Target): Promise<void> => {
  const frame = textFrame(`40${JSON.stringify({ token: "x".repeat(10_000) })}`);
  const tryOne = async (): Promise<void> => {
    const socket = await openBareWebsocket(node);
    await socket.write(frame);
    await socket.has("unauthenticated");
    socket.tcp.destroy();
  };
  for (let round = 0; round < 5; round += 1) await many(50, tryOne);
};

/** A thousand connections that go as soon as they have come. */
export const comeAndGo = async (node: Target): Promise<void> => {
  for (let round = 0; round < 20; round += 1) {
    const sockets = await many(50, (n) => connectBare(node, `visitor-${n}`));
    for (const { tcp } of sockets) tcp.destroy();
  }
};

/** Readers that stop, while somebody else fills the chat until `isOver`, and waits as a client must when it is told to. */
export const stoppedReaders = async (
  node: Target,
  { chatId, seekerId }: TheirChat,
  { readers, writer, isOver }: { readers: number; writer: Client; isOver: () => Promise<boolean> },
): Promise<void> => {
  const stuck = await many(readers, () => joinAndStopReading(node, seekerId, chatId));
  const content = "👍".repeat(4_000);
  const send = async (): Promise<void> => {
    const { ok } = await ask(writer, "send_message", { chatId, type: "text", content });
    // What is counted is counted by the second. Who goes on is refused at once, and soon ended as one that floods.
    if (ok !== true) await pause(1_000);
  };
  while (!(await isOver())) await many(40, send);
  for (const { tcp } of stuck) tcp.destroy();
};

/** Connections that never come to the point: nothing, half a request, and a websocket that says no more. */
export const silent = async (node: Target, each: number): Promise<Socket[]> => {
  const half = "GET /api/chat/health HTTP/1.1\r\nHost: x\r\n";
  const open = (text: string): Socket => {
    const tcp = connect(node.port, "127.0.0.1");
    tcp.on("error", () => undefined).resume();
    if (text !== "") tcp.write(text);
    return tcp;
  };
  const websockets = await many(each, () => openBareWebsocket(node));
  return ["", half]
    .flatMap((text) => Array.from({ length: each }, () => open(text)))
    .concat(websockets.map(({ tcp }) => tcp));
};
