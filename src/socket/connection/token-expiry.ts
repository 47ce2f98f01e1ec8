import type { ChatServer, ChatSocket } from "../chat-socket.ts";

const lookEveryMs = 250;
const noticeMs = 60_000;

const look = (socket: ChatSocket, now: number): void => {
  const { data } = socket;
  // Closing the connection, not disconnecting the socket: the client may come back with a newer token by itself.
  if (now >= data.expiresAt) {
    socket.conn.close();
  } else if (!data.expiryTold && data.expiresAt - now <= noticeMs) {
    data.expiryTold = true;
    socket.emit("auth_expiring", { expiresAt: new Date(data.expiresAt).toISOString() });
  }
};

/**
 * Watches over the ends of the connections' tokens: told 60 s before, the connection ended at it, a quarter of a second
 * late at most. One look at all of them, since two timers a connection are a tenth of what an idle one costs.
 * @returns how to stop
 */
export const watchTokenExpiry = (io: ChatServer): (() => void) => {
  const timer = setInterval(() => {
    const now = Date.now();
    for (const socket of io.sockets.sockets.values()) look(socket, now);
  }, lookEveryMs).unref();
  return () => clearInterval(timer);
};

/** Moves the end of a connection to that of a newer token. */
export const renewToken = ({ data }: ChatSocket, expiresAt: Date): void => {
  data.expiresAt = expiresAt.getTime();
  data.expiryTold = false;
};
