import { z } from "zod";
import { backendIdSchema, chatIdSchema } from "../chat/ids.ts";
import { type EntryEvent, entryEvents } from "../chat/log/entry-kinds.ts";
import { type ChatStatus, chatStatusSchema } from "../chat/status.ts";
import { type SharedChat, sharedChatSchema } from "./chat.ts";
import type { Topic } from "./documents/asyncapi.ts";
import { placeSchema, timeSchema } from "./fields.ts";
import { type Message, messageSchema } from "./message.ts";
import { type Report, reportSchema } from "./reports.ts";
import { wireSchema } from "./wire-schema.ts";

/** CloudEvents 1.0, structured. Every attribute is always present, and readers may rely on it. */
export type CloudEvent<Type extends string, Data> = {
  specversion: "1.0";
  /** The same each time the event is published. */
  id: string;
  source: string;
  type: Type;
  time: string;
  /** The chat's id; of `chat.user_erased` the user's. */
  subject: string;
  datacontenttype: "application/json";
  data: Data;
};
type Whose = { chatId: string; bookingId: string; userId: string };
type Booked = { id: string; bookingId: string; ownerId: string; seekerId: string; status: ChatStatus };

/** The events with the whole chat. Every other event of an entry has a message. */
export type StatusEvent = "chat.created" | "chat.status_changed";
export type MessageEvent = Exclude<EntryEvent, StatusEvent>;

export const holdsChat = (type: EntryEvent): type is StatusEvent =>
  type === "chat.created" || type === "chat.status_changed";

/** The events about chats that other services receive. */
export type ChatEvent =
  | CloudEvent<StatusEvent, { chat: SharedChat }>
  | CloudEvent<MessageEvent, { chat: Booked; message: Message }>
  | CloudEvent<"chat.reported", { report: Report }>
  | CloudEvent<"chat.user_erased", { userId: string }>
  | CloudEvent<"chat.message_read", Whose & { seq: number; at: string }>
  | CloudEvent<"chat.message_unread", Whose & { unreadCount: number; message: Message }>;
export type ChatEventType = ChatEvent["type"];

const chatSubject: z.ZodType<string, string> = chatIdSchema.meta({ description: "The chat's id" });

const cloudEvent = <T extends z.ZodType, D extends z.ZodType>(type: T, data: D, subject = chatSubject) =>
  z.object({
    specversion: z.literal("1.0"),
    id: z.string().meta({ description: "The same each time the event is published" }),
    source: z.string(),
    type,
    time: timeSchema,
    subject,
    datacontenttype: z.literal("application/json"),
    data,
  });

const people = { ownerId: backendIdSchema, seekerId: backendIdSchema };
const booked = z
  .object({ bookingId: backendIdSchema, ...people, status: chatStatusSchema, id: chatIdSchema })
  .meta({ title: "BookedChat" });
const whose = { chatId: chatIdSchema, bookingId: backendIdSchema, userId: backendIdSchema };

const messageEvents = entryEvents.filter((type): type is MessageEvent => !holdsChat(type));

/** @internal */
export const chatEventSchema = wireSchema<ChatEvent>()(
  z.union([
    cloudEvent(z.enum(entryEvents.filter(holdsChat)), z.object({ chat: sharedChatSchema })).meta({
      title: "ChatStatusEvent",
    }),
    cloudEvent(z.enum(messageEvents), z.object({ chat: booked, message: messageSchema })).meta({
      title: "ChatMessageEvent",
    }),
    cloudEvent(z.literal("chat.reported"), z.object({ report: reportSchema })),
    cloudEvent(
      z.literal("chat.user_erased"),
      z.object({ userId: backendIdSchema }),
      backendIdSchema.meta({ description: "The user's id" }),
    ),
    cloudEvent(z.literal("chat.message_read"), z.object({ ...whose, seq: placeSchema, at: timeSchema })),
    cloudEvent(
      z.literal("chat.message_unread"),
      z.object({ ...whose, unreadCount: z.int().min(1), message: messageSchema }),
    ),
  ]),
);

/** @internal */
export const chatEventsTopic: Topic = {
  summary:
    "What happens in chats, CloudEvents 1.0 structured, key = chatId (of `chat.user_erased` the user's id): at least once, in seq order per chat, each with a stable `id`. A chat has no fields that are one user's.",
  contentType: "application/cloudevents+json",
  key: backendIdSchema.meta({ description: "The chat's id; of `chat.user_erased` the user's" }),
  schema: chatEventSchema,
};
