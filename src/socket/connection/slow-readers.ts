import type { ChatServer, Connection } from "../chat-socket.ts";
import { field, numberIn } from "../untyped-field.ts";
import { endConnection } from "./end-connection.ts";
import { waitingBytes } from "./waiting-packets.ts";

const lookEveryMs = 1_000;
/** How many bytes may wait for a reader that accepted nothing since the last check, and for one that did. */
const mostWhileStuckBytes = 1024 ** 2;
const mostWaitingBytes = 8 * 1024 ** 2;

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
