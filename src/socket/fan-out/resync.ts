import type { ResyncReason } from "../../contract/server-events.ts";
import type { ChatServer, ChatSocket } from "../chat-socket.ts";

const spreadMs = 1_500;
const steps = 15;
/** The least time between two rounds, since each makes every client read again. */
const roundEveryMs = 5_000;

/**
 * Sends `resync` to this node's sockets, spread over a second and a half: otherwise all would send `join_chat` at once.
 * Requests within five seconds of a round wait until these are over; then each requested reason gets one round.
 */
export const createResync = (io: ChatServer) => {
  const waiting = new Set<ResyncReason>();
  let isResting = false;

  const emitTo = (sockets: ChatSocket[], reason: ResyncReason): void => {
    const share = Math.ceil(sockets.length / steps);
    const step = (): void => {
      for (const socket of sockets.splice(0, share)) socket.emit("resync", { reason });
      if (sockets.length > 0) setTimeout(step, spreadMs / steps).unref();
    };
    step();
  };

  const next = (): void => {
    const [reason] = waiting;
    isResting = reason !== undefined;
    if (reason === undefined) return;
    waiting.delete(reason);
    setTimeout(next, roundEveryMs).unref();
    emitTo([...io.sockets.sockets.values()], reason);
  };

  return (reason: ResyncReason): void => {
    waiting.add(reason);
    if (!isResting) next();
  };
};
