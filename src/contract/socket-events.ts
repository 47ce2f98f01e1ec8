import { z } from "zod";
import { defaultPageSize, type MessagePage, pageSizeSchema, seqSchema } from "../chat/acts/read-messages.ts";
import type { Chat, Receipt } from "../chat/cards/card.ts";
import type { ErrorCode, FieldError } from "../chat/errors.ts";
import { chatIdSchema } from "../chat/ids.ts";
import type { Message } from "../chat/log/entry.ts";
import { newMessageShapes } from "../chat/log/new-message.ts";

// The wire contract: every event that goes over a socket, and its shape. CONTRACT.md "Socket.IO" in types.

const chatId = chatIdSchema.toLowerCase();
const joinSchema = z.object({ chatId, afterSeq: seqSchema.optional(), limit: pageSizeSchema.default(defaultPageSize) });

const sendSchema = (attachmentHosts: readonly string[]) => {
  const { text, image, file } = newMessageShapes(attachmentHosts);
  return z.discriminatedUnion("type", [text.extend({ chatId }), image.extend({ chatId }), file.extend({ chatId })]);
};

/** What clients send, by event. */
export const clientEventSchemas = (attachmentHosts: readonly string[]) => ({
  // A bare chat id is as good as an object with it.
  join_chat: z.preprocess((input) => (typeof input === "string" ? { chatId: input } : input), joinSchema),
  leave_chat: z.preprocess((input) => (typeof input === "string" ? { chatId: input } : input), z.object({ chatId })),
  send_message: sendSchema(attachmentHosts),
  mark_read: z.object({ chatId, seq: seqSchema.optional() }),
  mark_delivered: z.object({ chatId, seq: seqSchema }),
  typing: z.object({ chatId, isTyping: z.boolean() }),
  authenticate: z.object({ token: z.string() }),
});
export type ClientEventSchemas = ReturnType<typeof clientEventSchemas>;
export type ClientEvent = keyof ClientEventSchemas;
export type Payload<E extends ClientEvent> = z.output<ClientEventSchemas[E]>;

type Mark = Omit<Receipt, "chatId">;
/** What stands beside `ok: true` in the ack of each event. */
export type Answers = {
  join_chat: { chat: Chat } & MessagePage;
  leave_chat: object;
  send_message: { message: Message };
  mark_read: { read: Mark };
  mark_delivered: { delivered: Mark };
  typing: object;
  authenticate: { expiresAt: string };
};

export type WireError = { code: ErrorCode; message: string; errors?: FieldError[]; retryAfterMs?: number };
export type Refusal = { ok: false; error: WireError };
export type Answer<E extends ClientEvent> = ({ ok: true } & Answers[E]) | Refusal;

export type ClientToServerEvents = {
  [E in ClientEvent]: (payload: z.input<ClientEventSchemas[E]>, ack?: (answer: Answer<E>) => void) => void;
};

export type Typing = { chatId: string; userId: string; isTyping: boolean };
/** `lastSeenAt`: RFC 3339 UTC, null while online or where it is not known. */
export type Presence = { userId: string; online: boolean; lastSeenAt: string | null };
export type ResyncReason = "redis_was_away" | "node_is_draining" | "node_was_lost";

export type ServerToClientEvents = {
  chat_joined: (opened: Answers["join_chat"]) => void;
  receive_message: (message: Message) => void;
  messages_read: (receipt: Receipt) => void;
  messages_delivered: (receipt: Receipt) => void;
  user_typing: (typing: Typing) => void;
  chat_created: (chat: Chat) => void;
  chat_updated: (chat: Chat) => void;
  presence: (presence: Presence) => void;
  resync: (why: { reason: ResyncReason }) => void;
  auth_expiring: (when: { expiresAt: string }) => void;
};
