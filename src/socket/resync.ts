import type { ChatServer } from "./chat-socket.ts";
import type { ResyncReason } from "./events.ts";

const spreadMs = 1_500;
const steps = 15;

/**
 * Tells this node's sockets that something may have been missed, spread over a second and a half: they all come back
 * with `join_chat` at once otherwise. While one round is under way a second one waits for its end.
 */
export const createResync = (io: ChatServer) => {
  let running = false;
  let again: ResyncReason | null = null;

  const round = (reason: ResyncReason): void => {
    running = true;
    const sockets = [...io.sockets.sockets.values()];
    const share = Math.ceil(sockets.length / steps);
    const step = (): void => {
      for (const socket of sockets.splice(0, share)) socket.emit("resync", { reason });
      if (sockets.length > 0) setTimeout(step, spreadMs / steps).unref();
      else end();
    };
    step();
  };

  const end = (): void => {
    running = false;
    if (again !== null) setTimeout(() => start("redis_was_away"), spreadMs / steps).unref();
    again = null;
  };

  const start = (reason: ResyncReason): void => {
    if (running) again = reason;
    else round(reason);
  };

  return start;
};
