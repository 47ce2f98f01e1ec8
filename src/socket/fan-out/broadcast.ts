import type { Broadcast } from "../../chat/ports.ts";
import type { ServerToClientEvents } from "../../contract/server-events.ts";
import type { Typist } from "../events/typing-words.ts";
import { chatRoom, userRoom } from "./rooms.ts";

type Emit = <E extends keyof ServerToClientEvents>(event: E, ...args: Parameters<ServerToClientEvents[E]>) => unknown;
/** The common part of a Socket.IO server and an emitter outside of it. */
export type Emitter = { to: (room: string) => { emit: Emit } };

/**
 * Broadcasts by rooms: one emit per room and fact, for the room's sockets on all nodes. `typingOver` reports to the nodes
 * that somebody's typing ended; each node knows whether its sockets were notified of it.
 */
export const createBroadcast = (emitter: Emitter, typingOver: (typist: Typist) => void): Broadcast => ({
  messageReceived: (message) => void emitter.to(chatRoom(message.chatId)).emit("receive_message", message),
  messageChanged: (message) => void emitter.to(chatRoom(message.chatId)).emit("message_changed", message),
  messagesRead: (receipt) => void emitter.to(chatRoom(receipt.chatId)).emit("messages_read", receipt),
  messagesDelivered: (receipt) => void emitter.to(chatRoom(receipt.chatId)).emit("messages_delivered", receipt),
  typingEnded: typingOver,
  chatCreated: (userId, chat) => void emitter.to(userRoom(userId)).emit("chat_created", chat),
  chatUpdated: (userId, chat) => void emitter.to(userRoom(userId)).emit("chat_updated", chat),
});
