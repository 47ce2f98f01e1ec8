import type { ResyncReason } from "../../contract/server-events.ts";
import type { ChatServer, ChatSocket } from "../chat-socket.ts";

const spreadMs = 1_500;
const steps = 15;
/** Each round makes every client read again, so rounds begin no more often, whoever asks for them. */
const roundEveryMs = 5_000;

/**
 * Sends `resync` to this node's sockets, spread over a second and a half: they all come back with `join_chat` at once
 * otherwise. What is asked for within five seconds of a round waits for their end; then each reason that was given gets
 * one round.
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
