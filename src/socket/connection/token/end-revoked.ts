import type { Revocations } from "../../../caller/revocations.ts";
import type { ChatServer, ChatSocket } from "../../chat-socket.ts";
import { userRoom } from "../../fan-out/rooms.ts";
import { closeWithin } from "../end-connection.ts";

/** For the client's answer to the close; with a look at the revocations every 300 ms, all of it takes less than a second. */
const closeLimitMs = 300;

/**
 * Ends the connections of a user who was revoked, unless their token was issued afterwards. The connection is closed and
 * not the socket, so that the client reconnects by itself: its old token is refused with `unauthenticated`. Output that
 * waits is dropped.
 */
export const endRevokedConnections = (
  io: ChatServer,
  { isRevoked, onRevoked }: Pick<Revocations, "isRevoked" | "onRevoked">,
): void => {
  const endIfRevoked = ({ data, conn }: ChatSocket): void => {
    if (!isRevoked(data)) return;
    closeWithin(conn, closeLimitMs);
    conn.close(true);
  };
  onRevoked((userId) => {
    // Each ended connection leaves the set, which is allowed during an iteration over it.
    for (const id of io.sockets.adapter.rooms.get(userRoom(userId)) ?? []) {
      const socket = io.sockets.sockets.get(id);
      if (socket) endIfRevoked(socket);
    }
  });
  // The user may have been revoked after the token was checked, while the connection was being admitted.
  io.on("connection", endIfRevoked);
};
