import type { VerifyToken } from "../../caller/tokens.ts";
import type { Acts } from "../../chat/acts/create-acts.ts";
import { ChatError } from "../../chat/errors.ts";
import type { ChatLog } from "../../chat/ports.ts";
import { otherRole, userOf } from "../../chat/roles.ts";
import { renewToken } from "../connection/token/expiry.ts";
import { chatRoom } from "../fan-out/rooms.ts";
import type { PresenceNotices } from "../presence/presence-notices.ts";
import type { Handlers } from "./handle-events.ts";
import { readerOf } from "./reader.ts";
import type { TypingState } from "./typing.ts";

/** What comes from outside of the sockets. */
export type Serving = { acts: Acts; log: Pick<ChatLog, "headHint">; verifyToken: VerifyToken };

type Parts = Serving & {
  /** Takes one of the sends that the user has left. @throws ChatError `rate_limited` */
  sends: (userId: string) => Promise<void>;
  presence: Pick<PresenceNotices, "notifySocket">;
  typing: Pick<TypingState, "begin" | "end" | "sent">;
};

const joinChat =
  ({ acts, presence }: Parts): Handlers["join_chat"] =>
  async (socket, { chatId, afterSeq, limit }) => {
    const { userId } = socket.data;
    const { facts, role } = await acts.requireParticipant(chatId, userId);
    // First the room, then the log, so that an entry written in between is not missed.
    await socket.join(chatRoom(chatId));
    const opened = await acts.readChats.open({ chatId, reader: readerOf(socket), range: { limit, after: afterSeq } });
    socket.emit("chat_joined", opened);
    presence.notifySocket(socket, userOf(facts.participants, otherRole[role]));
    return opened;
  };

const sendMessage =
  ({ acts, sends, typing }: Parts): Handlers["send_message"] =>
  async (socket, { chatId, ...message }, release) => {
    const { userId } = socket.data;
    await sends(userId);
    const { message: sent } = await acts.sendMessage({ chatId, userId, message }, release);
    typing.sent({ chatId, userId });
    return { message: sent };
  };

const reportTyping =
  ({ acts, log, typing }: Parts): Handlers["typing"] =>
  async (socket, { chatId, isTyping }) => {
    const { facts, role } = await acts.requireParticipant(chatId, socket.data.userId);
    const { state } = await log.headHint(chatId);
    if (isTyping && state.status !== "active") throw new ChatError("chat_not_active");
    // The client may have left in the meantime, and would not end typing.
    if (isTyping && socket.connected)
      typing.begin(socket, { chatId, toUserId: userOf(facts.participants, otherRole[role]) });
    else typing.end(socket, { chatId });
    return {};
  };

const authenticate =
  ({ verifyToken }: Parts): Handlers["authenticate"] =>
  async (socket, { token }) => {
    const identity = verifyToken(token);
    if (identity.userId !== socket.data.userId)
      throw new ChatError("forbidden", { text: "The token is another user's." });
    renewToken(socket, identity);
    return { expiresAt: identity.expiresAt.toISOString() };
  };

/** One handler per event. Payloads are already parsed, and a socket's events come in the order they were sent. */
export const createHandlers = (parts: Parts): Handlers => {
  const { acts, sends, typing } = parts;
  return {
    join_chat: joinChat(parts),

    leave_chat: async (socket, { chatId }) => {
      typing.end(socket, { chatId });
      await socket.leave(chatRoom(chatId));
      return {};
    },

    send_message: sendMessage(parts),

    edit_message: async ({ data: { userId } }, edit) => {
      await sends(userId);
      return { message: await acts.editMessage({ ...edit, userId }) };
    },

    delete_message: async ({ data: { userId } }, { chatId, seq }) => {
      await sends(userId);
      return { message: await acts.deleteMessage({ chatId, seq, actor: { kind: "user", userId } }) };
    },

    mark_read: async ({ data: { userId } }, { chatId, seq }) => {
      const { chatId: _, ...read } = await acts.markRead({ chatId, userId, seq });
      return { read };
    },

    mark_delivered: async ({ data: { userId } }, { chatId, seq }) => {
      const { chatId: _, ...delivered } = await acts.markDelivered({ chatId, userId, seq });
      return { delivered };
    },

    typing: reportTyping(parts),
    authenticate: authenticate(parts),
  };
};
