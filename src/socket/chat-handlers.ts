import type { RequireParticipant } from "../chat/access.ts";
import { userOf } from "../chat/chat.ts";
import { ChatError } from "../chat/errors.ts";
import type { MarkDelivered, MarkRead } from "../chat/mark-read.ts";
import type { ChatLog } from "../chat/ports.ts";
import type { ReadChats } from "../chat/read-messages.ts";
import type { SendMessage } from "../chat/send-message.ts";
import type { VerifyToken } from "../tokens.ts";
import type { ChatSocket } from "./chat-socket.ts";
import type { Handlers } from "./handle-events.ts";
import type { PresenceNotices } from "./presence-notices.ts";
import { chatRoom } from "./rooms.ts";
import type { createTyping } from "./typing.ts";

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

type Parts = ChatActs & {
  socket: ChatSocket;
  typing: ReturnType<typeof createTyping>;
  /** Moves the end of the connection to that of a newer token. */
  renew: (expiresAt: Date) => void;
};

const otherRole = { owner: "seeker", seeker: "owner" } as const;

/** What each event of one socket does. Payloads are parsed already, and come in the order they were sent. */
export const createHandlers = ({ socket, typing, renew, ...acts }: Parts): Handlers => {
  const { userId } = socket.data;

  return {
    join_chat: async ({ chatId, afterSeq, limit }) => {
      const { facts, role } = await acts.requireParticipant(chatId, userId);
      // First the room, then the log: what is written in between is heard, and nothing falls through.
      await socket.join(chatRoom(chatId));
      const opened = await acts.readChats.open({ chatId, userId, range: { limit, after: afterSeq } });
      socket.emit("chat_joined", opened);
      acts.presence.tellSocket(socket, userOf(facts.participants, otherRole[role]));
      return opened;
    },

    leave_chat: async ({ chatId }) => {
      typing.end(chatId);
      await socket.leave(chatRoom(chatId));
      return {};
    },

    send_message: async ({ chatId, ...message }, release) => {
      await acts.sends(userId);
      const { message: sent } = await acts.sendMessage({ chatId, userId, message }, release);
      typing.end(chatId);
      return { message: sent };
    },

    mark_read: async ({ chatId, seq }) => {
      const { chatId: _, ...read } = await acts.markRead({ chatId, userId, seq });
      return { read };
    },

    mark_delivered: async ({ chatId, seq }) => {
      const { chatId: _, ...delivered } = await acts.markDelivered({ chatId, userId, seq });
      return { delivered };
    },

    typing: async ({ chatId, isTyping }) => {
      const { facts, role } = await acts.requireParticipant(chatId, userId);
      const { state } = await acts.log.headHint(chatId);
      if (isTyping && state.status !== "active") throw new ChatError("chat_not_active");
      if (isTyping) typing.begin(chatId, userOf(facts.participants, otherRole[role]));
      else typing.end(chatId);
      return {};
    },

    authenticate: async ({ token }) => {
      const identity = acts.verifyToken(token);
      if (identity.userId !== userId) throw new ChatError("forbidden", { text: "The token is another user's." });
      renew(identity.expiresAt);
      return { expiresAt: identity.expiresAt.toISOString() };
    },
  };
};
