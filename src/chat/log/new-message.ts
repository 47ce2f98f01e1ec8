import { z } from "zod";
import { attachmentSchema, type LinkedAttachment, type NamedUpload } from "./attachment.ts";
import { cleanTextSchema, codePoints, mostCodePoints } from "./content.ts";
import { fileTypes, imageTypes } from "./mime-types.ts";

/** In code points. */
const longestClientMessageId = 64;

/** The sender's own id of a send, which identifies a repeat. */
export const clientMessageIdSchema = z
  .string()
  .min(1)
  .meta({ maxLength: longestClientMessageId })
  .refine((id) => codePoints(id) <= longestClientMessageId, `at most ${longestClientMessageId} characters`)
  .refine((id) => id.isWellFormed(), "well-formed text");

/** What a participant sends. */
export type NewMessage = {
  type: "text" | "image" | "file";
  content: string;
  attachment?: LinkedAttachment | NamedUpload | undefined;
  clientMessageId?: string | undefined;
};

// If it were ignored, it would be lost without notice to its sender.
const noAttachment = z
  .null("none: what has an attachment is an image or a file")
  .optional()
  .transform(() => undefined);

/** The three kinds of a message as a client sends it; an edge may extend each with fields of its own. */
export const newMessageShapes = (attachmentHosts: readonly string[]) => {
  const clientMessageId = clientMessageIdSchema.optional();
  const caption = cleanTextSchema(mostCodePoints).default("");
  return {
    text: z.object({
      type: z.literal("text"),
      content: cleanTextSchema(mostCodePoints, 1).refine((text) => text !== "", "a text needs content"),
      attachment: noAttachment,
      clientMessageId,
    }),
    image: z.object({
      type: z.literal("image"),
      content: caption,
      attachment: attachmentSchema(imageTypes, attachmentHosts),
      clientMessageId,
    }),
    file: z.object({
      type: z.literal("file"),
      content: caption,
      attachment: attachmentSchema(fileTypes, attachmentHosts),
      clientMessageId,
    }),
  };
};

/** A message as a client sends it: text, or an image or a file with an optional caption. */
export const newMessageSchema = (attachmentHosts: readonly string[]) => {
  const { text, image, file } = newMessageShapes(attachmentHosts);
  return z.discriminatedUnion("type", [text, image, file]);
};
