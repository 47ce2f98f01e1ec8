import { bytesOf, type Connection, field } from "./end-connection.ts";

type Listener = (data: Buffer) => void;
type Emitter = {
  on: (name: string, listener: Listener) => void;
  prependListener: (name: string, listener: Listener) => void;
};

const isEmitter = (of: unknown): of is Emitter =>
  typeof field(of, "on") === "function" && typeof field(of, "prependListener") === "function";

/** More than the head of any frame takes, so that what is counted twice never adds up over a long life. */
const overhead = 64;

/** How many bytes a packet, or a control frame, took on its way here; a little more rather than less. */
export const wireBytes = (data: unknown): number =>
  overhead + (typeof data === "string" ? Buffer.byteLength(data) : bytesOf(data));

type Listeners = {
  /** Of every read, before its frames are taken apart. */
  onBytes: (count: number) => void;
  /** Of every ping and pong of the websocket itself, with what it carries. */
  onControl: Listener;
};

/**
 * Hears what a connection's websocket sends beside packets: Engine.IO hands on no ping and no pong, and ws no empty part
 * of a message. Where it polls there is nothing of that kind. None of it is in the public types.
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
