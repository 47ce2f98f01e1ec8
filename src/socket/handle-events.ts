import { ChatError, toChatError } from "../chat/errors.ts";
import { parse } from "../chat/parse.ts";
import type { Logger } from "../logger.ts";
import type { ChatSocket } from "./chat-socket.ts";
import type { Answers, ClientEvent, ClientEventSchemas, Payload, Refusal } from "./events.ts";
import { createTurns, type Turns } from "./turns.ts";

/** `release`: what this socket sent after this event may begin. */
export type Handler<E extends ClientEvent> = (payload: Payload<E>, release: () => void) => Promise<Answers[E]>;
export type Handlers = { [E in ClientEvent]: Handler<E> };

type Parts = {
  schemas: ClientEventSchemas;
  handlers: Handlers;
  logger: Logger;
  /** 0: no limit. */
  eventsPerS: number;
  isDraining: () => boolean;
  count: (event: string, outcome: string) => void;
};

const largestPacket = 64 * 1_024;
/** Events of one socket that may wait for their turn. */
const mostUnderWay = 100;

type Ack = (answer: { ok: true } | Refusal) => void;

const ackOf = (args: unknown[]): Ack => {
  const last = args.at(-1);
  return typeof last === "function" ? (answer) => void last(answer) : () => undefined;
};

const payloadOf = ([first]: unknown[]): unknown => (typeof first === "function" ? undefined : first);

/** The error as it goes over the wire; nothing but the table's texts and the field errors leaves. */
export const refusalOf = ({ code, message, errors, retryAfterMs }: ChatError): Refusal => ({
  ok: false,
  error: { code, message, ...(errors && { errors }), ...(retryAfterMs !== undefined && { retryAfterMs }) },
});

/** A second's worth of events; who sends more is told to wait for the next second. */
const createEventLimit = (perS: number) => {
  let second = 0;
  let taken = 0;
  return (): void => {
    const now = Date.now();
    if (now - second >= 1_000) {
      second = now;
      taken = 0;
    }
    taken += 1;
    if (perS > 0 && taken > perS) throw new ChatError("rate_limited", { retryAfterMs: second + 1_000 - now });
  };
};

// The size of the packet an event came in: the engine hands it on before the event is decoded.
const watchPacketSize = (socket: ChatSocket): (() => number) => {
  let size = 0;
  socket.conn.on("packet", ({ data }) => {
    size = typeof data === "string" ? data.length : 0;
  });
  return () => size;
};

/**
 * Listens to everything a socket sends, in one place: parse, take a turn, do, answer. Whatever comes in and whatever
 * fails, the answer is an ack (where one was asked for) and never a throw: Socket.IO would let it end the process.
 * @returns the socket's turns, to see what is under way
 */
export const handleEvents = (socket: ChatSocket, parts: Parts): Turns => {
  const turns = createTurns();
  const takeEvent = createEventLimit(parts.eventsPerS);
  const packetSize = watchPacketSize(socket);

  const admit = (): void => {
    if (packetSize() > largestPacket) throw new ChatError("payload_too_large");
    takeEvent();
    if (parts.isDraining()) throw new ChatError("unavailable", { retryAfterMs: 500 });
    if (turns.size() >= mostUnderWay) throw new ChatError("rate_limited", { retryAfterMs: 1_000 });
  };

  const act = async <E extends ClientEvent>(event: E, args: unknown[]): Promise<Answers[E]> => {
    admit();
    const payload = parse<unknown>(parts.schemas[event], payloadOf(args));
    // The table of schemas and that of handlers have the same keys; TypeScript cannot see that they correspond.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return turns.take((release) => parts.handlers[event](payload as Payload<E>, release));
  };

  const run = async (event: string, args: unknown[]): Promise<void> => {
    const ack = ackOf(args);
    try {
      if (!isClientEvent(parts.schemas, event)) throw unknownEvent(parts.schemas);
      const answer = await act(event, args);
      ack({ ok: true, ...answer });
      parts.count(event, "ok");
    } catch (thrown) {
      const error = toChatError(thrown);
      if (error.code === "internal") parts.logger.error({ err: error.cause, event }, "a socket event failed");
      ack(refusalOf(error));
      parts.count(isClientEvent(parts.schemas, event) ? event : "unknown", error.code);
    }
  };

  socket.onAny((event: unknown, ...args: unknown[]) => {
    run(String(event), args).catch((error: unknown) => parts.logger.error({ err: error }, "an answer was not sent"));
  });
  return turns;
};

const isClientEvent = (schemas: ClientEventSchemas, event: string): event is ClientEvent =>
  Object.hasOwn(schemas, event);

const unknownEvent = (schemas: ClientEventSchemas): ChatError =>
  new ChatError("validation_failed", {
    errors: [{ path: "", message: `unknown event; known are ${Object.keys(schemas).join(", ")}` }],
  });
