import { z } from "zod";
import type { Chat, Mark, Receipt } from "../chat/cards/card.ts";
import { backendIdSchema, chatIdSchema } from "../chat/ids.ts";
import type { Inbox, OpenedChat } from "../chat/pages.ts";
import { chatStatusSchema } from "../chat/status.ts";
import { placeSchema, reasonSchema, shownTimeSchema, timeSchema } from "./fields.ts";
import { messagePageSchema, messageSchema } from "./message.ts";
import { wireSchema } from "./wire-schema.ts";

// The chat itself uses these types. It may not import the contract, so they are declared there.
export type { Chat, Mark, Receipt } from "../chat/cards/card.ts";
export type { Inbox, OpenedChat } from "../chat/pages.ts";

/** @internal */
export const markSchema = wireSchema<Mark>()(
  z
    .object({ seq: placeSchema, at: shownTimeSchema })
    .meta({ id: "Mark", description: "How far a person has read, or received." }),
);

/**
 * A chat as one of its two people sees it.
 * @internal
 */
export const chatSchema = wireSchema<Chat>()(
  z
    .object({
      id: chatIdSchema,
      bookingId: backendIdSchema,
      ownerId: backendIdSchema,
      seekerId: backendIdSchema,
      status: chatStatusSchema,
      statusReason: reasonSchema.nullable(),
      lastSeq: placeSchema.meta({ description: "The newest entry's seq" }),
      lastMessage: messageSchema.nullable().meta({ description: "The newest message that is shown" }),
      unreadCount: z.int().min(0).meta({ description: "The asking user's; always 0 for the booking service" }),
      read: z.record(z.string(), markSchema).meta({ description: "By user id" }),
      delivered: z.record(z.string(), markSchema).meta({ description: "By user id" }),
      mutedUntil: shownTimeSchema.nullable().meta({
        description: "Until when the asking user gets no notices of this chat; null: it is not muted",
      }),
      createdAt: shownTimeSchema,
      updatedAt: shownTimeSchema,
    })
    .meta({ id: "Chat" }),
);

/** A chat as other services see it: without the fields that are one user's. */
export type SharedChat = Omit<Chat, "unreadCount" | "mutedUntil">;
/** @internal */
export const sharedChatSchema = wireSchema<SharedChat>()(
  chatSchema.omit({ unreadCount: true, mutedUntil: true }).meta({ id: "SharedChat" }),
);

/** @internal */
export const openedChatSchema = wireSchema<OpenedChat>()(
  z.object({ chat: chatSchema, ...messagePageSchema.shape }).meta({ id: "OpenedChat" }),
);

/** @internal */
export const inboxSchema = wireSchema<Inbox>()(
  z.object({ chats: z.array(chatSchema), nextCursor: z.string().nullable() }).meta({ id: "Inbox" }),
);

/** How far a user has read or received: the answer to a call that moves that mark. */
export type UserMark = { userId: string; seq: number; at: string };
/** @internal */
export const userMarkSchema = wireSchema<UserMark>()(
  z
    .object({ userId: backendIdSchema, seq: placeSchema, at: shownTimeSchema })
    .meta({ id: "ReadMark", description: "A person's mark." }),
);

/** @internal */
export const receiptSchema = wireSchema<Receipt>()(
  z.object({ chatId: chatIdSchema, userId: backendIdSchema, seq: placeSchema, at: timeSchema }).meta({ id: "Receipt" }),
);
