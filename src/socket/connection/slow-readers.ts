import type { ChatServer } from "../chat-socket.ts";
import { bytesOf, type Connection, endConnection, field, waitingPackets } from "./end-connection.ts";

const lookEveryMs = 1_000;
/** How many bytes may wait for a reader that accepted nothing since the last check, and for one that did. */
const mostWhileStuckBytes = 1024 ** 2;
const mostWaitingBytes = 8 * 1024 ** 2;

const numberIn = (of: unknown, name: string): number => {
  const value = field(of, name);
  return typeof value === "number" ? value : 0;
};

/** The bytes that wait on a connection, in the engine's buffer and in the websocket's. Neither is in the public types. */
export const waitingBytes = (conn: Connection): number => {
  const inEngine = waitingPackets(conn).reduce<number>((sum, packet) => sum + bytesOf(field(packet, "data")), 0);
  return inEngine + numberIn(field(conn.transport, "socket"), "bufferedAmount");
};

/**
 * The state of writing to a connection. Node passes one write at a time to the system, so while the reader accepts
 * nothing, no new write begins and the rest of the last one does not shrink.
 */
const placeOf = ({ transport }: Connection): string => {
  const stream = field(field(transport, "socket"), "_socket");
  return `${numberIn(stream, "_bytesDispatched")} ${numberIn(field(stream, "_handle"), "writeQueueSize")}`;
};

/**
 * A reader that stopped must not fill the node's memory: Socket.IO has no limit on waiting output. If the reader accepts
 * nothing, the connection ends beyond one megabyte, otherwise beyond eight; the client reconnects and catches up from the
 * log. A slow reader needs the higher limit: a page of 200 long messages is several megabytes, and would be cut off each
 * time.
 */
export const watchSlowReaders = (io: ChatServer, onDropped: () => void): (() => void) => {
  /** The state at the last check, for connections with much waiting output. */
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
