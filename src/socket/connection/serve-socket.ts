import type { ChatSocket } from "../chat-socket.ts";
import { userRoom } from "../fan-out/rooms.ts";

type Parts = {
  /** Listens to a socket's events. */
  listen: (socket: ChatSocket) => void;
  onGone: (socket: ChatSocket) => void;
};

/**
 * Everything that a socket needs from its connection to its end. Sockets share what they can, so an idle connection costs
 * little more than one of plain Socket.IO.
 */
export const createServeSocket = ({ listen, onGone }: Parts): ((socket: ChatSocket) => void) => {
  // Socket.IO calls it with the socket as `this`.
  function onDisconnect(this: ChatSocket): void {
    onGone(this);
  }
  return (socket) => {
    listen(socket);
    void socket.join(userRoom(socket.data.userId));
    socket.on("disconnect", onDisconnect);
  };
};
