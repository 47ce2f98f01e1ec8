import { ChatError, toChatError } from "../../chat/errors.ts";
import { parse } from "../../chat/parse.ts";
import type { Answers, ClientEvent, ClientEventSchemas, ParsedPayload } from "../../contract/client-events.ts";
import type { Refusal } from "../../contract/failures.ts";
import type { Logger } from "../../process/logger.ts";
import type { ChatSocket } from "../chat-socket.ts";
import { type Activity, activityOf } from "./activity.ts";

/** `release`: lets this socket's next event begin. */
export type Handler<E extends ClientEvent> = (
  socket: ChatSocket,
  payload: ParsedPayload<E>,
  release: () => void,
) => Promise<Answers[E]>;
export type Handlers = { [E in ClientEvent]: Handler<E> };

type Parts = {
  schemas: ClientEventSchemas;
  handlers: Handlers;
  logger: Logger;
  /** 0: no limit. */
  eventsPerS: number;
  /** Whether the packet of a socket's event was too large. */
  isOversized: (socket: ChatSocket) => boolean;
  count: (event: string, outcome: string) => void;
};

/** How many events of one socket may wait for their turn: a limit on memory, far beyond what the rate limits allow. */
const mostUnderWay = 1_000;

type Ack = (answer: { ok: true } | Refusal) => void;

const ackOf = (args: unknown[]): Ack => {
  const last = args.at(-1);
  return typeof last === "function" ? (answer) => void last(answer) : () => undefined;
};

const payloadOf = ([first]: unknown[]): unknown => (typeof first === "function" ? undefined : first);

/** The error as it is sent: only the table's texts and the field errors. */
export const refusalOf = ({ code, message, errors, retryAfterMs }: ChatError): Refusal => ({
  ok: false,
  error: { code, message, ...(errors && { errors }), ...(retryAfterMs !== undefined && { retryAfterMs }) },
});

/** Limits the events per second; a client that sends more must wait for the next second. */
const takeEvent = (activity: Activity, perS: number): void => {
  const now = Date.now();
  if (now - activity.second >= 1_000) {
    activity.second = now;
    activity.taken = 0;
  }
  activity.taken += 1;
  if (perS === 0 || activity.taken <= perS) return;
  throw new ChatError("rate_limited", { retryAfterMs: activity.second + 1_000 - now });
};

/**
 * Handles all events of sockets, in one place: parse, wait for the turn, run the handler, answer. Whatever comes in and
 * whatever fails, the answer is an ack (if the client asked for one) and never a throw, with which Socket.IO would end the
 * process.
 * @returns a function that listens to a socket; all sockets share one listener
 */
export const createEventHandling = (parts: Parts): ((socket: ChatSocket) => void) => {
  const admit = (socket: ChatSocket, activity: Activity): void => {
    if (parts.isOversized(socket)) throw new ChatError("payload_too_large");
    takeEvent(activity, parts.eventsPerS);
    if (Date.now() >= socket.data.expiresAt) throw new ChatError("unauthenticated");
    if (socket.data.leaving) throw new ChatError("unavailable", { retryAfterMs: 500 });
    if (activity.turns.size() >= mostUnderWay) throw new ChatError("rate_limited", { retryAfterMs: 1_000 });
  };

  const act = async <E extends ClientEvent>(socket: ChatSocket, event: E, args: unknown[]): Promise<Answers[E]> => {
    const activity = activityOf(socket);
    admit(socket, activity);
    const payload = parse<unknown>(parts.schemas[event], payloadOf(args));
    // The table of schemas and that of handlers have the same keys; TypeScript cannot see that they correspond.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const typed = payload as ParsedPayload<E>;
    return activity.turns.take((release) => {
      if (isPointless(socket, event)) throw new ChatError("unavailable");
      return parts.handlers[event](socket, typed, release);
    });
  };

  const run = async (socket: ChatSocket, event: string, args: unknown[]): Promise<void> => {
    const ack = ackOf(args);
    try {
      if (!isClientEvent(parts.schemas, event)) throw unknownEvent(parts.schemas);
      const answer = await act(socket, event, args);
      ack({ ok: true, ...answer });
      parts.count(event, "ok");
    } catch (thrown) {
      const error = toChatError(thrown);
      if (error.code === "internal") parts.logger.error({ err: error.cause, event }, "a socket event failed");
      ack(refusalOf(error));
      parts.count(isClientEvent(parts.schemas, event) ? event : "unknown", error.code);
    }
  };

  // Socket.IO calls it with the socket as `this`.
  function onEvent(this: ChatSocket, event: unknown, ...args: unknown[]): void {
    run(this, String(event), args).catch((error: unknown) =>
      parts.logger.error({ err: error }, "an answer was not sent"),
    );
  }
  return (socket) => void socket.onAny(onEvent);
};

/**
 * Drops the waiting work of a socket that is gone: the work of twenty closed sockets went on for eight seconds. Only sends
 * are kept, since a person wrote them.
 */
const isPointless = ({ connected }: ChatSocket, event: ClientEvent): boolean => !connected && event !== "send_message";

const isClientEvent = (schemas: ClientEventSchemas, event: string): event is ClientEvent =>
  Object.hasOwn(schemas, event);

const unknownEvent = (schemas: ClientEventSchemas): ChatError =>
  new ChatError("validation_failed", {
    errors: [{ path: "", message: `unknown event; known are ${Object.keys(schemas).join(", ")}` }],
  });
