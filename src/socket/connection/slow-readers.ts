import type { ChatServer } from "../chat-socket.ts";
import { bytesOf, type Connection, endConnection, field, waitingPackets } from "./end-connection.ts";

const lookEveryMs = 1_000;
/** So much may wait for a reader that takes nothing of it from one look to the next, and for one that does. */
const mostWhileStuckBytes = 1024 ** 2;
const mostWaitingBytes = 8 * 1024 ** 2;

const numberIn = (of: unknown, name: string): number => {
  const value = field(of, name);
  return typeof value === "number" ? value : 0;
};

/** Bytes that wait on a connection: in the engine's buffer, and in the websocket's. Neither is in the public types. */
export const waitingBytes = (conn: Connection): number => {
  const inEngine = waitingPackets(conn).reduce<number>((sum, packet) => sum + bytesOf(field(packet, "data")), 0);
  return inEngine + numberIn(field(conn.transport, "socket"), "bufferedAmount");
};

/**
 * Where the writing to a connection stands: Node hands the system one write at a time, so while its reader takes nothing
 * neither a new one begins nor does less of the last one wait.
 */
const placeOf = ({ transport }: Connection): string => {
  const stream = field(field(transport, "socket"), "_socket");
  return `${numberIn(stream, "_bytesDispatched")} ${numberIn(field(stream, "_handle"), "writeQueueSize")}`;
};

/**
 * A reader that stopped must not fill the node: Socket.IO bounds nothing of what waits for it. Past a megabyte of which it
 * takes nothing, and past eight in any case, the connection ends; the client comes back and catches up from the log. Who
 * reads slowly has the time for it: a page of 200 long messages is several megabytes, and would be cut off each time.
 */
export const watchSlowReaders = (io: ChatServer, onDropped: () => void): (() => void) => {
  /** Where those stood at the last look for whom much waited. */
  const places = new WeakMap<Connection, string>();

  const isTooSlow = (conn: Connection): boolean => {
    const bytes = waitingBytes(conn);
    if (bytes <= mostWhileStuckBytes) {
      places.delete(conn);
      return false;
    }
    const [before, place] = [places.get(conn), placeOf(conn)];
    places.set(conn, place);
    return bytes > mostWaitingBytes || before === place;
  };

  const timer = setInterval(() => {
    for (const { conn } of io.sockets.sockets.values()) {
      if (!isTooSlow(conn)) continue;
      onDropped();
      endConnection(conn);
    }
  }, lookEveryMs).unref();
  return () => clearInterval(timer);
};
