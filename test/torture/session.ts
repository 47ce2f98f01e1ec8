import type { Chat } from "../../src/chat/cards/card.ts";
import type { Message } from "../../src/chat/log/entry.ts";
import { clientOf, type Client as Socket } from "../support/chat-client.ts";
import { now } from "./history.ts";

/** What a client is told, whatever the connection. */
export type Listener = {
  message: (message: Message) => void;
  receipt: (kind: "read" | "delivered", receipt: { chatId: string; userId: string; seq: number }) => void;
  chat: (chat: Chat) => void;
  resync: () => void;
};

/** An answer as it came, or null: none came, and nobody knows what became of it. */
export type Answer = Record<string, unknown> | null;

/** One connection of a client, from its beginning to its end. */
export type Session = {
  number: number;
  ask: (event: string, payload: unknown) => Promise<Answer>;
  /** When something last came in, by the clock of the history. */
  isOpen: () => boolean;
  end: () => void;
  ended: Promise<void>;
};

/** Longer than the ten seconds that a send may wait in the node. */
const answerLimitMs = 12_000;
const connectLimitMs = 5_000;

/** Connects, or resolves to null where that does not come about. */
export const openSession = async (
  url: string,
  userId: string,
  number: number,
  listener: Listener,
): Promise<Session | null> => {
  const socket = clientOf({ url }, userId, { reconnection: false });
  listen(socket, listener);
  const ended = new Promise<void>((resolve) => socket.once("disconnect", () => resolve()));
  if (!(await connected(socket))) return null;
  return {
    number,
    ask: (event, payload) => ask(socket, event, payload),
    isOpen: () => socket.connected,
    end: () => void socket.disconnect(),
    ended,
  };
};

const connected = async (socket: Socket): Promise<boolean> => {
  const outcome = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), connectLimitMs);
    const end = (connects: boolean) => (): void => {
      clearTimeout(timer);
      resolve(connects);
    };
    socket.once("connect", end(true)).once("connect_error", end(false));
    socket.connect();
  });
  if (!outcome) socket.disconnect();
  return outcome;
};

const listen = (socket: Socket, listener: Listener): void => {
  socket.on("receive_message", listener.message);
  socket.on("messages_read", (receipt) => listener.receipt("read", receipt));
  socket.on("messages_delivered", (receipt) => listener.receipt("delivered", receipt));
  socket.on("chat_updated", listener.chat);
  socket.on("chat_created", listener.chat);
  socket.on("resync", listener.resync);
};

/** A connection that does not answer is as good as none: it is left, and the client comes back over another. */
const ask = async (socket: Socket, event: string, payload: unknown): Promise<Answer> => {
  const began = now();
  try {
    const emitter = socket.timeout(answerLimitMs) as unknown as {
      emitWithAck: (name: string, ...args: unknown[]) => Promise<Record<string, unknown>>;
    };
    return await emitter.emitWithAck(event, payload);
  } catch {
    if (now() - began >= answerLimitMs - 50) socket.disconnect();
    return null;
  }
};
