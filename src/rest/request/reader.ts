import type { Socket } from "node:net";
import type { Request, Response } from "express";
import type { Reader } from "../../chat/ports.ts";
import { userIdOf } from "./identify.ts";

/** What to call when a connection ends; one listener for all requests of the connection. */
const endings = new WeakMap<Socket, Set<() => void>>();

const endingsOf = (socket: Socket): Set<() => void> => {
  const known = endings.get(socket);
  if (known) return known;
  const added = new Set<() => void>();
  endings.set(socket, added);
  socket.once("close", () => {
    for (const end of added) end();
  });
  return added;
};

/**
 * The user that reads, and the connection that gets the answer.
 * @throws ChatError `unauthenticated`
 */
export const readerOf = (req: Request, res: Response): Reader => {
  const { socket } = req;
  return {
    userId: userIdOf(res),
    isGone: () => socket.destroyed,
    onWritten: (done) => {
      if (socket.destroyed) return done();
      // A request that waits for an earlier one of its connection gets no `close` on its response when the connection ends.
      const onEnd = endingsOf(socket).add(done);
      res.once("close", () => {
        onEnd.delete(done);
        done();
      });
    },
    end: () => void socket.destroy(),
  };
};
