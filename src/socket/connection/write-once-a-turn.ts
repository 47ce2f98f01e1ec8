import { onceATurn } from "../../timing/once-a-turn.ts";
import type { ChatServer, Connection } from "../chat-socket.ts";
import { field } from "../untyped-field.ts";
import { waitingPackets } from "./waiting-packets.ts";

type Corkable = { cork: () => void; uncork: () => void };

const isCorkable = (stream: unknown): stream is Corkable =>
  typeof field(stream, "cork") === "function" && typeof field(stream, "uncork") === "function";

/** Engine.IO's own flush, with all of its output in one system call. */
const flush = (connection: Connection): void => {
  const stream = field(field(connection.transport, "socket"), "_socket");
  const corked = isCorkable(stream) ? stream : undefined;
  const original = field(Object.getPrototypeOf(connection), "flush");
  corked?.cork();
  if (typeof original === "function") Reflect.apply(original, connection, []);
  corked?.uncork();
};

/**
 * Sends everything for a connection within one turn of the event loop in one write. Engine.IO writes the first packet at
 * once and the next when that write is done: a sender's message and its ack would be two system calls, which are the
 * largest part of a message's cost.
 *
 * The turn ends with `process.nextTick`: it runs after everything that follows from the current input, such as the answers
 * to a batch of the log, and before the next input. Nothing waits for a timer.
 */
export const writeOnceATurn = ({ engine }: Pick<ChatServer, "engine">): void => {
  let waiting = new Set<Connection>();

  const flushAll = (): void => {
    const connections = waiting;
    waiting = new Set();
    for (const connection of connections) flush(connection);
  };
  const flushAtEnd = onceATurn(flushAll, (run) => process.nextTick(run));

  // Engine.IO calls this with the connection as `this`.
  function flushLater(this: Connection): void {
    if (waitingPackets(this).length === 0) return;
    waiting.add(this);
    flushAtEnd();
  }
  engine.on("connection", (connection: Connection) => void Reflect.set(connection, "flush", flushLater));
};
