import type { Connection } from "../chat-socket.ts";
import { field } from "../untyped-field.ts";

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
