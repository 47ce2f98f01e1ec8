import type { Reader } from "../../chat/ports.ts";
import type { ChatSocket, Connection } from "../chat-socket.ts";
import { endConnection } from "../connection/end-connection.ts";
import { waitingBytes } from "../connection/waiting-packets.ts";

const lookEveryMs = 100;

/** Engine.IO does not report when a packet was written, so the connection is checked, first after the current turn. */
const whenWritten = (conn: Connection, done: () => void): void => {
  const look = (): void => {
    if (conn.readyState === "closed" || waitingBytes(conn) === 0) done();
    else setTimeout(look, lookEveryMs).unref();
  };
  setImmediate(look);
};

/** The user of a socket, and the connection that gets the answer. */
export const readerOf = (socket: ChatSocket): Reader => ({
  userId: socket.data.userId,
  isGone: () => !socket.connected,
  onWritten: (done) => whenWritten(socket.conn, done),
  end: () => endConnection(socket.conn),
});
