import { z } from "zod";
import type { TypeAlias } from "../chat/booking-type.ts";
import type { Chat } from "../chat/cards/card.ts";
import { errorTable } from "../chat/errors.ts";
import { backendIdSchema, chatIdSchema } from "../chat/ids.ts";
import type { Message } from "../chat/log/entry.ts";
import { bookingTopics, deadLetterTopic } from "./async-bookings.ts";
import type { AsyncApiParts } from "./asyncapi.ts";

/** What a client may send over Socket.IO. */
export const clientEventNames = [
  "join_chat",
  "leave_chat",
  "send_message",
  "mark_read",
  "mark_delivered",
  "typing",
  "authenticate",
] as const;
export type ClientEventName = (typeof clientEventNames)[number];

type Parts = {
  /** `sharedChat`: a chat without what is one user's. */
  shapes: {
    chat: z.ZodType<Chat>;
    sharedChat: z.ZodType<Omit<Chat, "unreadCount">>;
    message: z.ZodType<Message>;
  };
  /** The schemas that parse what clients send. */
  requests: Record<ClientEventName, z.ZodType>;
  topics: { booking: readonly string[]; bookingDlq: string; chatEvents: string };
  typeAliases: readonly TypeAlias[];
};

const time = z.iso.datetime().meta({ description: "RFC 3339, UTC, with milliseconds" });
const seq = z.int().min(0);
const userId = backendIdSchema;

const failed = z
  .object({
    ok: z.literal(false),
    error: z.object({
      code: z.enum(Object.keys(errorTable)),
      message: z.string(),
      errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
      retryAfterMs: z.int().optional(),
    }),
  })
  .meta({ id: "Failed", description: "Every failure; the codes are those of the REST problems." });

const mark = z.object({ userId, seq, at: time }).meta({ id: "ReadMark", description: "Where a person's mark stands." });
const receipt = z.object({ chatId: chatIdSchema, userId, seq, at: time }).meta({ id: "Receipt" });
const ok = <T extends z.core.$ZodLooseShape>(shape: T) =>
  z.union([z.object({ ok: z.literal(true), ...shape }), failed]);

// The parsing of it stands in a preprocess, which no JSON Schema tells of.
const orBareId = (schema: z.ZodType) => z.union([schema, chatIdSchema.meta({ description: "The chat's id alone" })]);

const clientEvents = ({ shapes: { chat, message }, requests }: Parts): AsyncApiParts["clientEvents"] => ({
  join_chat: {
    summary:
      "Join a chat and get its entries after `afterSeq`, or the newest ones. Each later entry comes as `receive_message`.",
    schema: orBareId(requests.join_chat),
    answer: ok({ chat, messages: z.array(message), hasMore: z.boolean() }),
  },
  leave_chat: { summary: "Leave a chat.", schema: orBareId(requests.leave_chat), answer: ok({}) },
  send_message: {
    summary: "Send a message. Repeat it with the same `clientMessageId` until it is acked: it lands once.",
    schema: requests.send_message,
    answer: ok({ message }),
  },
  mark_read: {
    summary: "Everything up to `seq` is read; all there is where it is left out.",
    schema: requests.mark_read,
    answer: ok({ read: mark }),
  },
  mark_delivered: {
    summary: "Everything up to `seq` has reached this device.",
    schema: requests.mark_delivered,
    answer: ok({ delivered: mark }),
  },
  typing: {
    summary:
      "The user types, or stopped. It ends by itself after 7 s. Devices of one user are one: it ends with the last of them, and with a message that is sent.",
    schema: requests.typing,
    answer: ok({}),
  },
  authenticate: {
    summary: "A newer token of the same user: the connection goes on when the first one expires.",
    schema: requests.authenticate,
    answer: ok({ expiresAt: time }),
  },
});

const serverEvents = ({ shapes: { chat, message } }: Parts): AsyncApiParts["serverEvents"] => ({
  chat_joined: {
    summary: "The same as the ack of `join_chat`.",
    schema: z.object({ chat, messages: z.array(message), hasMore: z.boolean() }),
  },
  receive_message: { summary: "A new entry of a joined chat. It may come twice: keep by `seq`.", schema: message },
  messages_read: { summary: "Somebody's read mark moved.", schema: receipt },
  messages_delivered: { summary: "Somebody's delivered mark moved.", schema: receipt },
  user_typing: {
    summary: "The other person types, or stopped. Said again every 2.5 s while it goes on.",
    schema: z.object({ chatId: chatIdSchema, userId, isTyping: z.boolean() }),
  },
  chat_created: { summary: "A new chat, to every device of both people.", schema: chat },
  chat_updated: { summary: "A chat's last message, status or unread count changed, joined or not.", schema: chat },
  presence: {
    summary: "Somebody you share a chat with came or went.",
    schema: z.object({ userId, online: z.boolean(), lastSeenAt: time.nullable() }),
  },
  resync: {
    summary: "Something may have been missed: join again with your last `seq` as `afterSeq`.",
    schema: z.object({ reason: z.string() }),
  },
  auth_expiring: {
    summary: "The token ends in a minute: send `authenticate` with a newer one.",
    schema: z.object({ expiresAt: time }),
  },
});

// Every attribute is always there; readers may build on it.
const cloudEvent = <T extends z.ZodType, D extends z.ZodType>(type: T, data: D) =>
  z.object({
    specversion: z.literal("1.0"),
    id: z.string().meta({ description: "The same each time the event comes" }),
    source: z.string(),
    type,
    time,
    subject: chatIdSchema.meta({ description: "The chat's id" }),
    datacontenttype: z.literal("application/json"),
    data,
  });

/** What goes to the topic of chat events. */
export const chatEventSchema = ({ shapes: { sharedChat, message } }: Pick<Parts, "shapes">) => {
  const booked = z.object({ bookingId: backendIdSchema, ownerId: userId, seekerId: userId, status: z.string() });
  const whose = { chatId: chatIdSchema, bookingId: backendIdSchema, userId };
  return z.union([
    cloudEvent(z.enum(["chat.created", "chat.status_changed"]), z.object({ chat: sharedChat })),
    cloudEvent(z.literal("chat.message_sent"), z.object({ chat: booked.extend({ id: chatIdSchema }), message })),
    cloudEvent(z.literal("chat.message_read"), z.object({ ...whose, seq, at: time })),
    cloudEvent(z.literal("chat.message_unread"), z.object({ ...whose, unreadCount: z.int().min(1), message })),
  ]);
};

/** Everything that goes over Socket.IO and Kafka, described by the schemas that parse it. */
export const asyncEvents = (parts: Parts): AsyncApiParts => ({
  clientEvents: clientEvents(parts),
  serverEvents: serverEvents(parts),
  topicsIn: bookingTopics(parts.topics.booking, parts.typeAliases),
  topicsOut: {
    [parts.topics.chatEvents]: {
      summary:
        "What happens in chats, CloudEvents 1.0 structured, key = chatId: at least once, in seq order per chat, each with a stable `id`. A chat comes without what is one user's.",
      contentType: "application/cloudevents+json",
      key: chatIdSchema.meta({ description: "The chat's id" }),
      schema: chatEventSchema(parts),
    },
    [parts.topics.bookingDlq]: deadLetterTopic,
  },
});
