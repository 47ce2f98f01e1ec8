import { z } from "zod";
import { backendIdSchema, chatIdSchema } from "../chat/ids.ts";
import { type Chat, chatSchema, type OpenedChat, openedChatSchema, type Receipt, receiptSchema } from "./chat.ts";
import type { Described } from "./documents/asyncapi.ts";
import { timeSchema } from "./fields.ts";
import { type Message, messageSchema } from "./message.ts";
import { type Rules, rulesSchema } from "./rules.ts";
import { wireSchema } from "./wire-schema.ts";

export type Typing = { chatId: string; userId: string; isTyping: boolean };
const typingSchema = wireSchema<Typing>()(
  z.object({ chatId: chatIdSchema, userId: backendIdSchema, isTyping: z.boolean() }).meta({ id: "UserTyping" }),
);

/** `lastSeenAt`: RFC 3339 UTC, null while online or if unknown. */
export type Presence = { userId: string; online: boolean; lastSeenAt: string | null };
const presenceSchema = wireSchema<Presence>()(
  z
    .object({ userId: backendIdSchema, online: z.boolean(), lastSeenAt: timeSchema.nullable() })
    .meta({ id: "Presence" }),
);

/** The reasons in use today. A client must accept others as well. */
export type ResyncReason = "redis_was_away" | "node_is_draining" | "node_was_lost";
export type Resync = { reason: string };
const resyncSchema = wireSchema<Resync>()(z.object({ reason: z.string() }).meta({ id: "Resync" }));

export type AuthExpiring = { expiresAt: string };
const authExpiringSchema = wireSchema<AuthExpiring>()(z.object({ expiresAt: timeSchema }).meta({ id: "AuthExpiring" }));

/** `expiresAt`: when the connection's token expires. `serverTime`: for clients whose clock is wrong. */
export type Welcome = { userId: string; expiresAt: string; serverTime: string; rules: Rules };
const welcomeSchema = wireSchema<Welcome>()(
  z
    .object({ userId: backendIdSchema, expiresAt: timeSchema, serverTime: timeSchema, rules: rulesSchema })
    .meta({ id: "Welcome" }),
);

/** What clients receive over Socket.IO, by event. */
export type ServerEvents = {
  welcome: Welcome;
  chat_joined: OpenedChat;
  receive_message: Message;
  message_changed: Message;
  messages_read: Receipt;
  messages_delivered: Receipt;
  user_typing: Typing;
  chat_created: Chat;
  chat_updated: Chat;
  presence: Presence;
  resync: Resync;
  auth_expiring: AuthExpiring;
};
export type ServerToClientEvents = { [E in keyof ServerEvents]: (payload: ServerEvents[E]) => void };

/** @internal */
export const serverEvents = {
  welcome: {
    summary: "Once after each connection: the user of the token, when the token ends, and the rules.",
    schema: welcomeSchema,
  },
  chat_joined: { summary: "The same as the ack of `join_chat`.", schema: openedChatSchema },
  receive_message: {
    summary: "A new entry of a joined chat. It may come twice: store entries by `seq`.",
    schema: messageSchema,
  },
  message_changed: {
    summary:
      "A message of a joined chat was edited or deleted, or its uploaded file has another state: as it is now. Replace the one with its `seq`.",
    schema: messageSchema,
  },
  messages_read: { summary: "Somebody's read mark moved.", schema: receiptSchema },
  messages_delivered: { summary: "Somebody's delivered mark moved.", schema: receiptSchema },
  user_typing: {
    summary: "The other person types, or stopped. Repeated every 2.5 s while typing goes on.",
    schema: typingSchema,
  },
  chat_created: { summary: "A new chat, to every device of both people.", schema: chatSchema },
  chat_updated: {
    summary: "A chat's last message, status or unread count changed, whether joined or not.",
    schema: chatSchema,
  },
  presence: { summary: "Somebody you share a chat with is now online, or offline.", schema: presenceSchema },
  resync: {
    summary: "Something may have been missed: join again with your last `seq` as `afterSeq`.",
    schema: resyncSchema,
  },
  auth_expiring: {
    summary: "The token expires in a minute: send `authenticate` with a newer one.",
    schema: authExpiringSchema,
  },
} satisfies { [E in keyof ServerEvents]: Described & { schema: z.ZodType<ServerEvents[E]> } };
