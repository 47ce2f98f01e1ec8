import { z } from "zod";
import { chatIdSchema } from "../chat/ids.ts";
import type { LinkedAttachment, NamedUpload } from "../chat/log/attachment.ts";
import { cleanTextSchema, mostCodePoints } from "../chat/log/content.ts";
import { entryShape, type Message } from "../chat/log/entry.ts";
import { clientMessageIdSchema, newMessageSchema } from "../chat/log/new-message.ts";
import type { MessagePage } from "../chat/pages.ts";
import { shownTimeSchema } from "./fields.ts";
import { wireSchema } from "./wire-schema.ts";

// The chat itself uses these types. It may not import the contract, so they are declared there.
/** @public for clients */
export type { Attachment, LinkedAttachment, NamedUpload, UploadedAttachment } from "../chat/log/attachment.ts";
/** @public for clients */
export type { Deleted, Message, SystemNote } from "../chat/log/entry.ts";
export type { MessagePage } from "../chat/pages.ts";

/**
 * A message as everybody sees it.
 * @internal
 */
export const messageSchema = wireSchema<Message>()(
  z
    .object({
      id: chatIdSchema,
      chatId: chatIdSchema,
      seq: z.int().min(1).meta({ description: "The entry's position in its chat: 1, 2, 3 … without a gap" }),
      ...entryShape,
      createdAt: shownTimeSchema,
    })
    .meta({ id: "Message" }),
);

/** @internal */
export const messagePageSchema = wireSchema<MessagePage>()(
  z.object({ messages: z.array(messageSchema), hasMore: z.boolean() }).meta({ id: "MessagePage" }),
);

/**
 * The seq of an entry.
 * @internal
 */
export const entrySeqSchema = z.int().min(1);

/** The new text of a message that is edited; "" only for a caption. */
export type EditBody = { content: string; clientMessageId?: string | undefined };
/** @internal */
export const editBodySchema = wireSchema<EditBody>()(
  z.object({ content: cleanTextSchema(mostCodePoints), clientMessageId: clientMessageIdSchema.optional() }),
);

type NewText = { type: "text"; content: string; attachment?: null | undefined; clientMessageId?: string | undefined };
type NewFile<Type> = {
  type: Type;
  content?: string | undefined;
  attachment: LinkedAttachment | NamedUpload;
  clientMessageId?: string | undefined;
};
/** A message as a client sends it: text, or an image or a file with an optional caption. */
export type MessageBody = NewText | NewFile<"image"> | NewFile<"file">;
/** @internal */
export const messageBodySchema = (attachmentHosts: readonly string[]) =>
  wireSchema<MessageBody>()(newMessageSchema(attachmentHosts));
