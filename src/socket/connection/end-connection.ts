import type { ChatSocket } from "../chat-socket.ts";

/** A client's connection, let in or not. */
export type Connection = ChatSocket["conn"];

/** What is in a field that the public types do not name. */
export const field = (of: unknown, name: string): unknown =>
  typeof of === "object" && of !== null ? Reflect.get(of, name) : undefined;

/** How large a packet's data is. */
export const bytesOf = (data: unknown): number => {
  if (typeof data === "string") return data.length;
  return data instanceof Uint8Array ? data.byteLength : 0;
};

/** What Engine.IO has not handed to the connection yet. */
export const waitingPackets = (conn: Connection): unknown[] => {
  const packets = field(conn, "writeBuffer");
  return Array.isArray(packets) ? packets : [];
};

/** Ends the connection at once: a polite close would wait behind all that is not read. */
export const endConnection = (conn: Connection): void => {
  const websocket = field(conn.transport, "socket");
  conn.close(true);
  const terminate = field(websocket, "terminate");
  if (typeof terminate === "function") Reflect.apply(terminate, websocket, []);
};

/** Lets a polite close, from now on, wait so long for the client's answer. It is not in the public types. */
export const closeWithin = (conn: Connection, limitMs: number): void => {
  const limit = (): void => {
    const websocket = field(conn.transport, "socket");
    if (field(websocket, "_closeTimeout") !== undefined) Reflect.set(Object(websocket), "_closeTimeout", limitMs);
  };
  limit();
  conn.once("upgrade", limit);
};
