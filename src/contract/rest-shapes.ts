import { z } from "zod";
import type { Chat } from "../chat/cards/card.ts";
import { errorTable } from "../chat/errors.ts";
import { backendIdSchema, chatIdSchema } from "../chat/ids.ts";
import { longestReason } from "../chat/log/content.ts";
import { entryShape, type Message } from "../chat/log/entry.ts";
import type { Health } from "../chat/ports.ts";
import { chatStatusSchema } from "../chat/status.ts";

const time = z.iso
  .datetime({ precision: 3 })
  .meta({ description: "RFC 3339, UTC, with milliseconds", example: "2026-03-01T12:00:00.000Z" });
const place = z.int().min(0);
// JSON Schema counts code points, as we do; zod's own `max` counts UTF-16 units.
const reason = z.string().meta({ maxLength: longestReason });

/** A message as everybody sees it. */
export const messageSchema = z
  .object({
    id: chatIdSchema,
    chatId: chatIdSchema,
    seq: z.int().min(1).meta({ description: "The entry's place in its chat: 1, 2, 3 … without a gap" }),
    ...entryShape,
    createdAt: time,
  })
  .meta({ id: "Message" });

const mark = z.object({ seq: place, at: time }).meta({ id: "Mark", description: "How far a person has come." });

/** A chat as one of its two people sees it. */
export const chatSchema = z
  .object({
    id: chatIdSchema,
    bookingId: backendIdSchema,
    ownerId: backendIdSchema,
    seekerId: backendIdSchema,
    status: chatStatusSchema,
    statusReason: reason.nullable(),
    lastSeq: place.meta({ description: "The newest entry's seq" }),
    lastMessage: messageSchema.nullable().meta({ description: "The newest message that is shown" }),
    unreadCount: z.int().min(0).meta({ description: "The asking user's; always 0 where the booking service asks" }),
    read: z.record(z.string(), mark).meta({ description: "By user id" }),
    delivered: z.record(z.string(), mark).meta({ description: "By user id" }),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: "Chat" });

/** A chat without what is one user's, as other services are told of it. */
const sharedChatSchema = chatSchema.omit({ unreadCount: true }).meta({ id: "SharedChat" });

/** The shapes that go over every interface. */
export const shapes = { chat: chatSchema, sharedChat: sharedChatSchema, message: messageSchema };

/** Where a user's read mark stands. */
export const readMarkSchema = z.object({ userId: backendIdSchema, seq: place, at: time }).meta({ id: "ReadMark" });

export const healthSchema = z
  .object({
    status: z.enum(["ok", "degraded", "unavailable"]),
    checks: z.object({
      mongodb: z.enum(["up", "down"]),
      redis: z.enum(["up", "down"]),
      kafka: z.enum(["up", "down"]),
    }),
  })
  .meta({ id: "Health" });

/** Every failure (RFC 9457). */
export const problemSchema = z
  .object({
    type: z.string().meta({ format: "uri-reference" }),
    title: z.string(),
    status: z.int().min(400).max(599),
    code: z.enum(Object.keys(errorTable)),
    detail: z.string(),
    errors: z.exactOptional(z.array(z.object({ path: z.string(), message: z.string() }))),
    retryAfterMs: z.exactOptional(z.int().min(0)).meta({ description: "`Retry-After` to the millisecond" }),
    requestId: z.string(),
  })
  .meta({ id: "Problem" });

// The keys are compared as well: a field that may be missing could be missing in one of the two altogether.
type Same<One, Other> = [One, keyof One] extends [Other, keyof Other]
  ? [Other, keyof Other] extends [One, keyof One]
    ? true
    : false
  : false;
type Holds<T extends true> = T;

/** @public Does not compile when a schema and the type that the inside works with drift apart. */
export type SchemasAreTheTypes = [
  Holds<Same<z.infer<typeof messageSchema>, Message>>,
  Holds<Same<z.infer<typeof chatSchema>, Chat>>,
  Holds<Same<z.infer<typeof healthSchema>, Health>>,
];
