import type { ChatSocket } from "../chat-socket.ts";

/** A client's connection, admitted or not. */
export type Connection = ChatSocket["conn"];

/** The value of a field that is not in the public types. */
export const field = (of: unknown, name: string): unknown =>
  typeof of === "object" && of !== null ? Reflect.get(of, name) : undefined;

/** The size of a packet's data. */
export const bytesOf = (data: unknown): number => {
  if (typeof data === "string") return data.length;
  return data instanceof Uint8Array ? data.byteLength : 0;
};

/** The packets that Engine.IO has not passed to the connection yet. */
export const waitingPackets = (conn: Connection): unknown[] => {
  const packets = field(conn, "writeBuffer");
  return Array.isArray(packets) ? packets : [];
};

/** Ends the connection at once: a graceful close would wait for all unread output. */
export const endConnection = (conn: Connection): void => {
  const websocket = field(conn.transport, "socket");
  conn.close(true);
  const terminate = field(websocket, "terminate");
  if (typeof terminate === "function") Reflect.apply(terminate, websocket, []);
};

/** Sets how long a graceful close waits for the client's answer. It is not in the public types. */
export const closeWithin = (conn: Connection, limitMs: number): void => {
  const limit = (): void => {
    const websocket = field(conn.transport, "socket");
    if (field(websocket, "_closeTimeout") !== undefined) Reflect.set(Object(websocket), "_closeTimeout", limitMs);
  };
  limit();
  conn.once("upgrade", limit);
};
