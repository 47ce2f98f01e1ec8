import { setTimeout as pause } from "node:timers/promises";
import { io, type Socket } from "socket.io-client";
import { patientLimit } from "../../local/services/patient-limit.ts";
import type { Chat } from "../../src/chat/cards/card.ts";
import type { ClientToServerEvents } from "../../src/contract/client-events.ts";
import type { ServerToClientEvents } from "../../src/contract/server-events.ts";
import { uniqueName } from "./services.ts";
import { apiKey, type TestNode, tokenFor } from "./start-node.ts";

export type Client = Socket<ServerToClientEvents, ClientToServerEvents> & { [Symbol.dispose]: () => void };
type Options = { token?: string; extraHeaders?: Record<string, string>; transports?: string[]; reconnection?: boolean };

/** A socket that is not connected yet, as a frontend makes it. */
export const clientOf = (node: Pick<TestNode, "url">, userId: string, options: Options = {}): Client => {
  const { token = tokenFor(userId), ...rest } = options;
  const socket = io(node.url, {
    auth: { token },
    transports: ["websocket"],
    forceNew: true,
    autoConnect: false,
    timeout: 120_000,
    reconnectionDelay: 50,
    reconnectionDelayMax: 200,
    ...rest,
  });
  return Object.assign(socket, { [Symbol.dispose]: () => void socket.disconnect() });
};

/** A connected socket of a user. @throws the `connect_error` */
export const connect = async (node: Pick<TestNode, "url">, userId: string, options?: Options): Promise<Client> => {
  const socket = clientOf(node, userId, options);
  socket.connect();
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", reject);
  });
  return socket;
};

/** The next event of a name that passes `test`. @throws after `timeoutMs` */
export const next = <E extends keyof ServerToClientEvents>(
  socket: Client,
  event: E,
  test: (payload: Parameters<ServerToClientEvents[E]>[0]) => boolean = () => true,
  timeoutMs = 150_000,
): Promise<Parameters<ServerToClientEvents[E]>[0]> =>
  new Promise((resolve, reject) => {
    const isOver = patientLimit(timeoutMs);
    const timer = setInterval(() => {
      if (!isOver()) return;
      clearInterval(timer);
      socket.off(event, listener as never);
      reject(new Error(`no ${event} within ${timeoutMs} ms`));
    }, 1_000);
    const listener = (payload: Parameters<ServerToClientEvents[E]>[0]): void => {
      if (!test(payload)) return;
      clearInterval(timer);
      socket.off(event, listener as never);
      resolve(payload);
    };
    socket.on(event, listener as never);
  });

/** Much longer than the ten seconds that a send may wait in the node. */
const answerLimitMs = 300_000;

/** Emits what need not be of the contract, and returns the ack as it came. */
export const ask = (socket: Client, event: string, ...payload: unknown[]): Promise<Record<string, unknown>> =>
  (socket as unknown as Socket).timeout(answerLimitMs).emitWithAck(event, ...payload);

/** Everything of one event that comes from now on. */
export const collect = <E extends keyof ServerToClientEvents>(socket: Client, event: E) => {
  const heard: Parameters<ServerToClientEvents[E]>[0][] = [];
  socket.on(event, ((payload: Parameters<ServerToClientEvents[E]>[0]) => heard.push(payload)) as never);
  return heard;
};

export type Booking = { bookingId: string; ownerId: string; seekerId: string };

/** A booking of two people nobody else has. */
export const aBooking = (overrides: Partial<Booking> = {}): Booking => ({
  bookingId: uniqueName("booking"),
  ownerId: uniqueName("owner"),
  seekerId: uniqueName("seeker"),
  ...overrides,
});

/** A connection each: one that is kept may be closed by the time a busy machine uses it again. */
export const ownConnection = { connection: "close" };

/** A call of the booking service. */
export const callAsService = async (node: Pick<TestNode, "url">, method: string, path: string, body?: unknown) => {
  const response = await fetch(`${node.url}${path}`, {
    method,
    headers: {
      ...ownConnection,
      "x-api-key": apiKey,
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, never> & { chat: Chat } };
};

/** A call of a user. */
export const callAs = async (
  node: Pick<TestNode, "url">,
  userId: string,
  method: string,
  path: string,
  body?: unknown,
) => {
  const response = await fetch(`${node.url}${path}`, {
    method,
    headers: {
      ...ownConnection,
      authorization: `Bearer ${tokenFor(userId)}`,
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

/** A chat of an approved booking, by the fallback call. */
export const anApprovedChat = async (node: Pick<TestNode, "url">, booking: Booking = aBooking()) => {
  const { body } = await callAsService(node, "POST", "/api/chat/initiate", booking);
  return { ...booking, chatId: body.chat.id, chat: body.chat };
};

/**
 * Waits until `check` is true, on a machine however busy: the limit only ends what would never come.
 * @throws after `timeoutMs`
 */
export const until = async (
  check: () => boolean | Promise<boolean>,
  what = "the condition",
  timeoutMs = 150_000,
): Promise<void> => {
  const isOver = patientLimit(timeoutMs);
  for (let pauseMs = 20; !(await check()); pauseMs = Math.min(1.1 * pauseMs, 200)) {
    if (isOver()) throw new Error(`${what} did not come true within ${timeoutMs} ms`);
    await pause(pauseMs);
  }
};
