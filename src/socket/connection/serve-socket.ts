import type { ChatSocket } from "../chat-socket.ts";
import { userRoom } from "../fan-out/rooms.ts";

type Parts = {
  /** Listens to what a socket sends. */
  listen: (socket: ChatSocket) => void;
  onGone: (socket: ChatSocket) => void;
};

/**
 * Everything a socket needs from its connection to its end. What can be shared by all sockets is: an idle connection
 * costs little more than a bare one of Socket.IO.
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
