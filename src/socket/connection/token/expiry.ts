import type { Identity } from "../../../caller/tokens.ts";
import type { ChatServer, ChatSocket } from "../../chat-socket.ts";

const lookEveryMs = 250;
const noticeMs = 60_000;

const look = (socket: ChatSocket, now: number): void => {
  const { data } = socket;
  // Close the connection instead of disconnecting the socket, so that the client reconnects with a newer token by itself.
  if (now >= data.expiresAt) {
    socket.conn.close();
  } else if (!data.expiryNotified && data.expiresAt - now <= noticeMs) {
    data.expiryNotified = true;
    socket.emit("auth_expiring", { expiresAt: new Date(data.expiresAt).toISOString() });
  }
};

/**
 * Watches the expiry of the connections' tokens: notifies a client 60 s before, and ends its connection at the expiry, at
 * most a quarter of a second late. One timer checks all of them, since two timers per connection are a tenth of the cost
 * of an idle one.
 * @returns how to stop
 */
export const watchTokenExpiry = (io: ChatServer): (() => void) => {
  const timer = setInterval(() => {
    const now = Date.now();
    for (const socket of io.sockets.sockets.values()) look(socket, now);
  }, lookEveryMs).unref();
  return () => clearInterval(timer);
};

/** Moves the end of a connection to the expiry of a newer token. */
export const renewToken = ({ data }: ChatSocket, { expiresAt, issuedAtS }: Identity): void => {
  data.expiresAt = expiresAt.getTime();
  data.issuedAtS = issuedAtS;
  data.expiryNotified = false;
};
