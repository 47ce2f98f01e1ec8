import type { ChatServer, ChatSocket } from "./chat-socket.ts";
import { bytesOf, endConnection, field } from "./end-connection.ts";

const lookEveryMs = 1_000;
const mostWaitingBytes = 1024 ** 2;

/** Bytes that wait on a socket: in the engine's buffer, and in the websocket's. Neither is in the public types. */
const waitingBytes = ({ conn }: ChatSocket): number => {
  const packets = field(conn, "writeBuffer");
  const inEngine = Array.isArray(packets)
    ? packets.reduce((sum, packet) => sum + bytesOf(field(packet, "data")), 0)
    : 0;
  const inWebsocket = field(field(conn.transport, "socket"), "bufferedAmount");
  return inEngine + (typeof inWebsocket === "number" ? inWebsocket : 0);
};

/**
 * A reader that stopped must not fill the node: Socket.IO bounds nothing of what waits for it. Past a megabyte the
 * connection ends; the client comes back and catches up from the log.
 */
export const watchSlowReaders = (io: ChatServer, onDropped: () => void): (() => void) => {
  const timer = setInterval(() => {
    for (const socket of io.sockets.sockets.values()) {
      if (waitingBytes(socket) <= mostWaitingBytes) continue;
      onDropped();
      endConnection(socket.conn);
    }
  }, lookEveryMs).unref();
  return () => clearInterval(timer);
};
