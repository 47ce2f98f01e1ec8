import type { Revocations } from "../../../caller/revocations.ts";
import type { ChatServer, ChatSocket } from "../../chat-socket.ts";
import { userRoom } from "../../fan-out/rooms.ts";
import { endConnection } from "../end-connection.ts";

/**
 * Ends the connections of a user who was revoked, unless their token was issued afterwards. A client reconnects by itself,
 * and its old token is refused as `connect_error` with `unauthenticated`. Not by a graceful close: that waits for a client
 * that does not read or answer.
 */
export const endRevokedConnections = (
  io: ChatServer,
  { isRevoked, onRevoked }: Pick<Revocations, "isRevoked" | "onRevoked">,
): void => {
  const endIfRevoked = ({ data, conn }: ChatSocket): void => {
    if (isRevoked(data)) endConnection(conn);
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
