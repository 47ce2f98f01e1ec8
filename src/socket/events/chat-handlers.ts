import type { VerifyToken } from "../../caller/tokens.ts";
import type { RequireParticipant } from "../../chat/access.ts";
import type { MarkDelivered, MarkRead } from "../../chat/acts/mark-read.ts";
import type { ReadChats } from "../../chat/acts/read-messages.ts";
import type { SendMessage } from "../../chat/acts/send-message.ts";
import { ChatError } from "../../chat/errors.ts";
import type { ChatLog } from "../../chat/ports.ts";
import { otherRole, userOf } from "../../chat/roles.ts";
import { renewToken } from "../connection/token-expiry.ts";
import { chatRoom } from "../fan-out/rooms.ts";
import type { PresenceNotices } from "../presence/presence-notices.ts";
import type { Handlers } from "./handle-events.ts";
import { readerOf } from "./reader.ts";
import type { TypingState } from "./typing.ts";

/** The handlers of every socket's events. */
export type ChatActs = {
  requireParticipant: RequireParticipant;
  readChats: Pick<ReadChats, "open">;
  sendMessage: SendMessage;
  markRead: MarkRead;
  markDelivered: MarkDelivered;
  log: Pick<ChatLog, "headHint">;
  sends: (userId: string) => Promise<void>;
  verifyToken: VerifyToken;
  presence: Pick<PresenceNotices, "notifySocket">;
};

type Parts = ChatActs & { typing: Pick<TypingState, "begin" | "end" | "sent"> };

/** One handler per event. Payloads are already parsed, and a socket's events come in the order they were sent. */
export const createHandlers = ({ typing, ...acts }: Parts): Handlers => {
  return {
    join_chat: async (socket, { chatId, afterSeq, limit }) => {
      const { userId } = socket.data;
      const { facts, role } = await acts.requireParticipant(chatId, userId);
      // First the room, then the log, so that an entry written in between is not missed.
      await socket.join(chatRoom(chatId));
      const opened = await acts.readChats.open({ chatId, reader: readerOf(socket), range: { limit, after: afterSeq } });
      socket.emit("chat_joined", opened);
      acts.presence.notifySocket(socket, userOf(facts.participants, otherRole[role]));
      return opened;
    },

    leave_chat: async (socket, { chatId }) => {
      typing.end(socket, { chatId });
      await socket.leave(chatRoom(chatId));
      return {};
    },

    send_message: async (socket, { chatId, ...message }, release) => {
      const { userId } = socket.data;
      await acts.sends(userId);
      const { message: sent } = await acts.sendMessage({ chatId, userId, message }, release);
      typing.sent({ chatId, userId });
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
      // The client may have left in the meantime, and would not end typing.
      if (isTyping && socket.connected)
        typing.begin(socket, { chatId, toUserId: userOf(facts.participants, otherRole[role]) });
      else typing.end(socket, { chatId });
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
