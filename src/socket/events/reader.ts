import type { Reader } from "../../chat/ports.ts";
import type { ChatSocket } from "../chat-socket.ts";
import { type Connection, endConnection } from "../connection/end-connection.ts";
import { waitingBytes } from "../connection/slow-readers.ts";

const lookEveryMs = 100;

/** Engine.IO reports no single packet as written, so the connection is looked at: first when the present turn is over. */
const whenWritten = (conn: Connection, done: () => void): void => {
  const look = (): void => {
    if (conn.readyState === "closed" || waitingBytes(conn) === 0) done();
    else setTimeout(look, lookEveryMs).unref();
  };
  setImmediate(look);
};

/** The user of a socket, and where the answer goes. */
export const readerOf = (socket: ChatSocket): Reader => ({
  userId: socket.data.userId,
  isGone: () => !socket.connected,
  onWritten: (done) => whenWritten(socket.conn, done),
  end: () => endConnection(socket.conn),
});
