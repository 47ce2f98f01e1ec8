import type { Broadcast } from "../chat/ports.ts";
import { type ChatActs, createHandlers } from "./chat-handlers.ts";
import type { ChatSocket } from "./chat-socket.ts";
import { type Handlers, handleEvents } from "./handle-events.ts";
import { userRoom } from "./rooms.ts";
import { watchTokenExpiry } from "./token-expiry.ts";
import type { Turns } from "./turns.ts";
import { createTyping } from "./typing.ts";

type Parts = ChatActs & {
  broadcast: Pick<Broadcast, "typing">;
  events: Omit<Parameters<typeof handleEvents>[1], "handlers">;
};

/** Everything one socket needs from its connection to its end. @returns its turns, to see what is under way */
export const serveSocket = (socket: ChatSocket, { broadcast, events, ...acts }: Parts): Turns => {
  const typing = createTyping(socket.data.userId, broadcast);
  const expiry = watchTokenExpiry(socket.data.expiresAt, {
    onExpiring: (expiresAt) => socket.emit("auth_expiring", { expiresAt: expiresAt.toISOString() }),
    // Closing the connection, not disconnecting the socket: the client may come back with a newer token by itself.
    onExpired: () => socket.conn.close(),
  });
  const handlers: Handlers = createHandlers({ ...acts, socket, typing, renew: expiry.renew });
  const turns = handleEvents(socket, { ...events, handlers });
  void socket.join(userRoom(socket.data.userId));
  socket.on("disconnect", () => {
    expiry.stop();
    typing.endAll();
  });
  return turns;
};
