import type { RequireParticipant } from "../chat/access.ts";
import { otherRole, userOf } from "../chat/chat.ts";
import { ChatError } from "../chat/errors.ts";
import type { MarkDelivered, MarkRead } from "../chat/mark-read.ts";
import type { Broadcast, ChatLog } from "../chat/ports.ts";
import type { ReadChats } from "../chat/read-messages.ts";
import type { SendMessage } from "../chat/send-message.ts";
import type { VerifyToken } from "../tokens.ts";
import { activityOf } from "./activity.ts";
import type { ChatSocket } from "./chat-socket.ts";
import type { Handlers } from "./handle-events.ts";
import type { PresenceNotices } from "./presence-notices.ts";
import { readerOf } from "./reader.ts";
import { chatRoom } from "./rooms.ts";
import { renewToken } from "./token-expiry.ts";
import type { Typing } from "./typing.ts";

/** What the events of every socket come to. */
export type ChatActs = {
  requireParticipant: RequireParticipant;
  readChats: Pick<ReadChats, "open">;
  sendMessage: SendMessage;
  markRead: MarkRead;
  markDelivered: MarkDelivered;
  log: Pick<ChatLog, "headHint">;
  sends: (userId: string) => Promise<void>;
  verifyToken: VerifyToken;
  presence: Pick<PresenceNotices, "tellSocket">;
};

type Parts = ChatActs & { broadcast: Pick<Broadcast, "typing"> };

/** What each event does. Payloads are parsed already, and a socket's come in the order they were sent. */
export const createHandlers = ({ broadcast, ...acts }: Parts): Handlers => {
  const typingOf = (socket: ChatSocket): Typing => activityOf(socket, broadcast).typing;

  return {
    join_chat: async (socket, { chatId, afterSeq, limit }) => {
      const { userId } = socket.data;
      // Of many joins the last ones wait for the first: who has gone meanwhile needs no pages.
      if (!socket.connected) throw new ChatError("unavailable");
      const { facts, role } = await acts.requireParticipant(chatId, userId);
      // First the room, then the log: what is written in between is heard, and nothing falls through.
      await socket.join(chatRoom(chatId));
      const opened = await acts.readChats.open({ chatId, reader: readerOf(socket), range: { limit, after: afterSeq } });
      socket.emit("chat_joined", opened);
      acts.presence.tellSocket(socket, userOf(facts.participants, otherRole[role]));
      return opened;
    },

    leave_chat: async (socket, { chatId }) => {
      typingOf(socket).end(chatId);
      await socket.leave(chatRoom(chatId));
      return {};
    },

    send_message: async (socket, { chatId, ...message }, release) => {
      const { userId } = socket.data;
      await acts.sends(userId);
      const { message: sent } = await acts.sendMessage({ chatId, userId, message }, release);
      typingOf(socket).end(chatId);
      return { message: sent };
    },

    mark_read: async ({ data: { userId } }, { chatId, seq }) => {
      const { chatId: _, ...read } = await acts.markRead({ chatId, userId, seq });
      return { read };
    },

    mark_delivered: async ({ data: { userId } }, { chatId, seq }) => {
      const { chatId: _, ...delivered } = await acts.markDelivered({ chatId, userId, seq });
      return { delivered };
    },

    typing: async (socket, { chatId, isTyping }) => {
      const { facts, role } = await acts.requireParticipant(chatId, socket.data.userId);
      const { state } = await acts.log.headHint(chatId);
      if (isTyping && state.status !== "active") throw new ChatError("chat_not_active");
      if (isTyping) typingOf(socket).begin(chatId, userOf(facts.participants, otherRole[role]));
      else typingOf(socket).end(chatId);
      return {};
    },

    authenticate: async (socket, { token }) => {
      const identity = acts.verifyToken(token);
      if (identity.userId !== socket.data.userId)
        throw new ChatError("forbidden", { text: "The token is another user's." });
      renewToken(socket, identity.expiresAt);
      return { expiresAt: identity.expiresAt.toISOString() };
    },
  };
};
