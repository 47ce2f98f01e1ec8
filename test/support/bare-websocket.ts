import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { until } from "./chat-client.ts";
import { tokenFor } from "./start-node.ts";

/** A websocket with no library around it: it may stop reading, and write faster and more wrongly than any would. */
export type BareWebsocket = {
  /** The connection, for what a websocket would not do, and to `pause` reading. */
  tcp: Socket;
  /** Writes frames, and waits where the other side does not read them, until it does or the connection ends. */
  write: (frames: Buffer) => Promise<void>;
  /** Waits until this text has come. @throws after a minute, and when the connection ends */
  has: (text: string) => Promise<void>;
  isOpen: () => boolean;
};

/** `headers`: more of them, each line with its end. */
const upgradeWith = (headers: string): string =>
  "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
  `${headers}\r\n`;
const [textOpcode, binaryOpcode, pingOpcode, pongOpcode] = [0x81, 0x82, 0x89, 0x8a];
const [firstPartOpcode, nextPartOpcode] = [0x01, 0x00];

const lengthOf = (bytes: Buffer): Buffer => {
  if (bytes.length < 126) return Buffer.from([0x80 | bytes.length]);
  const isShort = bytes.length < 65_536;
  const length = Buffer.alloc(isShort ? 3 : 9);
  length[0] = 0x80 | (isShort ? 126 : 127);
  if (isShort) length.writeUInt16BE(bytes.length, 1);
  else length.writeBigUInt64BE(BigInt(bytes.length), 1);
  return length;
};

/** Masked, as a client's frames must be, with a mask of zeros. */
const frameOf = (opcode: number, content: string | Buffer): Buffer => {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from([opcode]), lengthOf(bytes), Buffer.alloc(4), bytes]);
};

export const textFrame = (text: string): Buffer => frameOf(textOpcode, text);
export const binaryFrame = (bytes: Buffer): Buffer => frameOf(binaryOpcode, bytes);
/** At most 125 characters. */
export const pingFrame = (text: string): Buffer => frameOf(pingOpcode, text);

export const pongFrame = (text: string): Buffer => frameOf(pongOpcode, text);
/** The beginning of a message of several parts, and one more part of it, which is not the last. */
export const firstPartFrame = (text: string): Buffer => frameOf(firstPartOpcode, text);
export const nextPartFrame = (text: string): Buffer => frameOf(nextPartOpcode, text);

/** Connects as far as Engine.IO goes: no token has been shown. */
export const openBareWebsocket = async (
  { port }: { port: number },
  { from = "127.0.0.1", headers = "" } = {},
): Promise<BareWebsocket> => {
  const tcp = connect({ port, host: "127.0.0.1", localAddress: from }).on("error", () => undefined);
  await once(tcp, "connect");
  // Looked through as it comes: what comes with it may be longer than what is kept.
  let kept = "";
  const awaited = new Set<string>();
  const listen = (bytes: Buffer): void => {
    const heard = kept + bytes.toString("latin1");
    for (const text of awaited) if (heard.includes(text)) awaited.delete(text);
    kept = heard.slice(-10_000);
  };
  tcp.on("data", listen);
  const socket: BareWebsocket = {
    tcp,
    write: async (frames) => {
      if (tcp.destroyed || tcp.write(frames)) return;
      while (tcp.writableNeedDrain && !tcp.destroyed) await pause(10);
    },
    has: async (text) => {
      if (kept.includes(text)) return;
      awaited.add(text);
      await until(() => !awaited.has(text) || tcp.destroyed, text);
      if (awaited.delete(text)) throw new Error(`the connection ended before ${text} came`);
    },
    isOpen: () => !tcp.destroyed,
  };
  tcp.write(upgradeWith(headers));
  await socket.has('"sid"');
  return socket;
};

/** Connects with a user's token. */
export const connectBare = async (node: { port: number }, userId: string): Promise<BareWebsocket> => {
  const socket = await openBareWebsocket(node);
  await socket.write(textFrame(`40${JSON.stringify({ token: tokenFor(userId) })}`));
  await socket.has("40{");
  return socket;
};

/** Connects, joins a chat, and reads no more. */
export const joinAndStopReading = async (
  node: { port: number },
  userId: string,
  chatId: string,
): Promise<BareWebsocket> => {
  const socket = await connectBare(node, userId);
  await socket.write(textFrame(`421${JSON.stringify(["join_chat", chatId])}`));
  await socket.has("431[");
  socket.tcp.pause();
  return socket;
};
