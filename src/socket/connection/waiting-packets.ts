import type { Connection } from "../chat-socket.ts";
import { field, numberIn } from "../untyped-field.ts";
import { bytesOf } from "./packet-sizes.ts";

/** The packets that Engine.IO has not passed to the connection yet. */
export const waitingPackets = (conn: Connection): unknown[] => {
  const packets = field(conn, "writeBuffer");
  return Array.isArray(packets) ? packets : [];
};

/** The bytes that wait on a connection, in the engine's buffer and in the websocket's. */
export const waitingBytes = (conn: Connection): number => {
  const inEngine = waitingPackets(conn).reduce<number>((sum, packet) => sum + bytesOf(field(packet, "data")), 0);
  return inEngine + numberIn(field(conn.transport, "socket"), "bufferedAmount");
};
