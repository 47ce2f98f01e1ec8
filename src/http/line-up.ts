import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { stopReading } from "./refuse.ts";

/** Requests of one connection that are served at once: what a browser has under way on all of its connections to a host. */
const mostAtOnce = 6;
/** Beside them: what a client that pipelines may have sent ahead. */
const mostWaiting = 58;

/** What a connection has under way, and what waits for that. */
type Line = { atOnce: number; waiting: (() => void)[]; newest: ServerResponse | null };

/**
 * Requests of a connection come one after the other, however many were sent ahead: six are served at once, and 58 wait.
 * With one more the connection ends after the answer to the last that was taken, as RFC 9112 (9.3.2) lets it: the client
 * repeats the others on a new one.
 * `take` serves a request when its turn has come; `onTooMany` is called for the one too many.
 */
export const createLineUp = (onTooMany: () => void) => {
  const lines = new WeakMap<object, Line>();
  const lineOf = (socket: Socket): Line => {
    const line = lines.get(socket) ?? { atOnce: 0, waiting: [], newest: null };
    lines.set(socket, line);
    return line;
  };

  const begin = (socket: Socket, line: Line, response: ServerResponse, serve: () => void): void => {
    line.atOnce += 1;
    response.once("close", () => {
      line.atOnce -= 1;
      if (socket.destroyed) line.waiting = [];
      else line.waiting.shift()?.();
    });
    serve();
  };

  const endAfter = (socket: Socket, newest: ServerResponse | null): void => {
    onTooMany();
    stopReading(socket);
    if (newest === null) return void socket.destroy();
    newest.shouldKeepAlive = false;
    newest.once("close", () => socket.destroySoon());
  };

  const take = (socket: Socket, response: ServerResponse, serve: () => void): void => {
    const line = lineOf(socket);
    if (line.atOnce < mostAtOnce) begin(socket, line, response, serve);
    else if (line.waiting.length < mostWaiting) line.waiting.push(() => begin(socket, line, response, serve));
    else return endAfter(socket, line.newest);
    line.newest = response;
  };
  return { take, isBusy: (socket: object): boolean => (lines.get(socket)?.atOnce ?? 0) > 0 };
};
