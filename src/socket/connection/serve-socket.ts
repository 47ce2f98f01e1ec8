import type { Rules } from "../../contract/rules.ts";
import type { ChatSocket } from "../chat-socket.ts";
import { userRoom } from "../fan-out/rooms.ts";

type Parts = {
  /** What `welcome` says that a client may do. */
  rules: Rules;
  /** Listens to a socket's events. */
  listen: (socket: ChatSocket) => void;
  onGone: (socket: ChatSocket) => void;
};

/**
 * Everything that a socket needs from its connection to its end. Sockets share what they can, so an idle connection costs
 * little more than one of plain Socket.IO.
 */
export const createServeSocket = ({ rules, listen, onGone }: Parts): ((socket: ChatSocket) => void) => {
  // Socket.IO calls it with the socket as `this`.
  function onDisconnect(this: ChatSocket): void {
    onGone(this);
  }
  return (socket) => {
    const { userId, expiresAt } = socket.data;
    listen(socket);
    void socket.join(userRoom(userId));
    socket.on("disconnect", onDisconnect);
    socket.emit("welcome", {
      userId,
      expiresAt: new Date(expiresAt).toISOString(),
      serverTime: new Date().toISOString(),
      rules,
    });
  };
};
