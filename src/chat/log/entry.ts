import { z } from "zod";
import type { Role } from "../roles.ts";
import type { ChatStatus } from "../status.ts";
import { type Attachment, attachmentSchema } from "./attachment.ts";
import { cleanTextSchema, codePoints, mostCodePoints } from "./content.ts";
import { fileTypes, imageTypes } from "./mime-types.ts";

export type SystemEvent = "booking_approved" | "booking_cancelled" | "chat_status_changed";

/**
 * What happened, in a system message. `by`: a participant did it, and `reason` is that person's own words.
 * `silent` marks an entry that is recorded but not shown.
 */
export type SystemNote = { event: SystemEvent; status: ChatStatus; reason?: string; by?: "owner"; silent?: true };

/** What others see of an entry (CONTRACT "Shapes"). `createdAt` is RFC 3339 UTC. */
export type Message = {
  id: string;
  chatId: string;
  seq: number;
  senderId: string | null;
  type: "text" | "image" | "file" | "system";
  content: string;
  attachment?: Attachment;
  system?: SystemNote;
  clientMessageId?: string;
  createdAt: string;
};

/** A place in the log, and how many entries up to it count as unread. */
export type Place = { seq: number; counted: number };

/**
 * The chat as it is after an entry; copied along from entry to entry, so that the newest one tells a writer all.
 * `booking` and `bookingAt`: the newest booking event applied and its `occurredAt`, null before the first.
 * `counted`: how many entries up to here count as unread. `shownSeq`: the newest entry that is shown.
 * `sent`: where each side wrote last; it has read all up to there.
 */
export type ChatState = {
  status: ChatStatus;
  statusReason: string | null;
  booking: "approved" | "cancelled";
  bookingAt: Date | null;
  counted: number;
  shownSeq: number;
  sent: Record<Role, Place>;
};

/** The newest entry's place and state. `seq` 0: nothing was written yet. */
export type Head = { seq: number; state: ChatState };

/** Before the first entry nobody may write; the first booking event decides. */
export const emptyHead: Head = {
  seq: 0,
  state: {
    status: "closed",
    statusReason: null,
    booking: "cancelled",
    bookingAt: null,
    counted: 0,
    shownSeq: 0,
    sent: { owner: { seq: 0, counted: 0 }, seeker: { seq: 0, counted: 0 } },
  },
};

/** What a decision wants appended behind the head it saw; the log adds chat, id, seq and time. */
export type Draft = {
  type: Message["type"];
  senderId: string | null;
  content: string;
  attachment?: Attachment | undefined;
  system?: SystemNote;
  clientMessageId?: string | undefined;
  state: ChatState;
};

/** One item of a chat's log. */
export type Entry = Draft & { id: string; chatId: string; seq: number; createdAt: Date };

/** Silent entries are recorded, not shown, and never count as unread. */
export const isShown = (entry: Pick<Entry, "system">): boolean => entry.system?.silent !== true;

/** An entry as others see it. A system entry's key is the booking event's, and nobody's to see. */
export const toMessage = (entry: Entry): Message => ({
  id: entry.id,
  chatId: entry.chatId,
  seq: entry.seq,
  senderId: entry.senderId,
  type: entry.type,
  content: entry.content,
  ...(entry.attachment && { attachment: entry.attachment }),
  ...(entry.system && { system: entry.system }),
  ...(entry.senderId !== null && entry.clientMessageId !== undefined && { clientMessageId: entry.clientMessageId }),
  createdAt: entry.createdAt.toISOString(),
});

/** In code points. */
const longestClientMessageId = 64;

/** The sender's own id of a send, by which a repeat is known. */
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
  attachment?: Attachment | undefined;
  clientMessageId?: string | undefined;
};

// Passed over it would be lost, and its sender would not know.
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
