import type { Connection } from "../chat-socket.ts";
import { field } from "../untyped-field.ts";
import { bytesOf } from "./packet-sizes.ts";

type Listener = (data: Buffer) => void;
type Emitter = {
  on: (name: string, listener: Listener) => void;
  prependListener: (name: string, listener: Listener) => void;
};

const isEmitter = (of: unknown): of is Emitter =>
  typeof field(of, "on") === "function" && typeof field(of, "prependListener") === "function";

/** More than the header of any frame, so that bytes that are counted twice do not add up over a long connection. */
const overhead = 64;

/** How many bytes a packet, or a control frame, had on the wire; rather a little too many than too few. */
export const wireBytes = (data: unknown): number =>
  overhead + (typeof data === "string" ? Buffer.byteLength(data) : bytesOf(data));

type Listeners = {
  /** Called for every read, before its frames are parsed. */
  onBytes: (count: number) => void;
  /** Called for every ping and pong of the websocket itself, with its payload. */
  onControl: Listener;
};

/**
 * Reports what a connection's websocket sends besides packets: Engine.IO does not report pings and pongs, and ws does not
 * report empty parts of a message. A polling connection has none of these. None of it is in the public types.
 */
export const watchFrames = (connection: Connection, { onBytes, onControl }: Listeners): void => {
  const watch = (): void => {
    const websocket = field(connection.transport, "socket");
    const tcp = field(websocket, "_socket");
    if (!isEmitter(websocket) || !isEmitter(tcp)) return;
    tcp.prependListener("data", (bytes) => onBytes(bytes.length));
    websocket.on("ping", onControl);
    websocket.on("pong", onControl);
  };
  watch();
  connection.once("upgrade", watch);
};
