import type { Broadcast } from "../chat/ports.ts";
import type { ServerToClientEvents } from "./events.ts";
import { chatRoom, userRoom } from "./rooms.ts";

type Emit = <E extends keyof ServerToClientEvents>(event: E, ...args: Parameters<ServerToClientEvents[E]>) => unknown;
/** What a Socket.IO server and an emitter outside of it have in common. */
export type Emitter = { to: (room: string) => { emit: Emit } };

/** Broadcasts by rooms: one emit per room and fact, whoever is in it on whichever node. */
export const createBroadcast = (emitter: Emitter): Broadcast => ({
  messageReceived: (message) => void emitter.to(chatRoom(message.chatId)).emit("receive_message", message),
  messagesRead: (receipt) => void emitter.to(chatRoom(receipt.chatId)).emit("messages_read", receipt),
  messagesDelivered: (receipt) => void emitter.to(chatRoom(receipt.chatId)).emit("messages_delivered", receipt),
  // Not volatile: Socket.IO drops a volatile event whenever anything else is on its way to that socket, not only for a
  // reader who is slow, and people would miss it at random. Slow readers are bounded elsewhere.
  typing: (typing, toUserId) => void emitter.to(userRoom(toUserId)).emit("user_typing", typing),
  chatCreated: (userId, chat) => void emitter.to(userRoom(userId)).emit("chat_created", chat),
  chatUpdated: (userId, chat) => void emitter.to(userRoom(userId)).emit("chat_updated", chat),
});
