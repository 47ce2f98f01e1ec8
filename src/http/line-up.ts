import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { stopReading } from "./refuse.ts";

/** Requests of one connection that are served at once: as many as a browser has under way to a host in total. */
const mostAtOnce = 6;
/** Requests that may wait besides these: what a client may pipeline. */
const mostWaiting = 58;

/** The requests of a connection that are under way, and those that wait. */
type Line = { atOnce: number; waiting: (() => void)[]; newest: ServerResponse | null };

/**
 * Queues the pipelined requests of a connection: six are served at once, and 58 wait. With one more, the connection ends
 * after the answer to the last accepted request, as RFC 9112 (9.3.2) allows; the client repeats the others on a new
 * connection.
 * `take` serves a request when its turn has come; `onTooMany` is called for the request beyond the limit.
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
