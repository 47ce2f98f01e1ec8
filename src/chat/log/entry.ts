import { z } from "zod";
import { backendIdSchema } from "../ids.ts";
import type { Role } from "../roles.ts";
import { type ChatStatus, chatStatusSchema } from "../status.ts";
import { type Attachment, attachmentShape } from "./attachment.ts";
import { longestReason, mostCodePoints } from "./content.ts";
import { becomesLastMessage, countsAsUnread, isChange } from "./entry-kinds.ts";
import { clientMessageIdSchema } from "./new-message.ts";

/** The types that a participant may send, and `system` for the service's own messages. */
export const entryTypes = ["text", "image", "file", "system"] as const;

/**
 * What happened to the chat, in a system message. `by`: a participant did it, and `reason` is that person's own words.
 * `silent` marks an entry that is recorded but not shown.
 */
export type StatusNote = {
  event: "booking_approved" | "booking_cancelled" | "chat_status_changed";
  status: ChatStatus;
  reason?: string;
  by?: "owner";
  silent?: true;
};

/**
 * What happened to an earlier message, by its seq. The entry's sender did it (null: the service), and its content is the
 * new text. `by` is there only for an erasure.
 */
export type ChangeNote = {
  event: "message_edited" | "message_deleted";
  target: number;
  by?: "erasure";
  silent: true;
};

export type SystemNote = StatusNote | ChangeNote;

const silentSchema = z.literal(true).meta({ description: "Recorded, not to be shown" });
const statusNoteSchema = z
  .object({
    event: z.enum(["booking_approved", "booking_cancelled", "chat_status_changed"]),
    status: chatStatusSchema,
    // JSON Schema counts code points, like us; zod's own `max` counts UTF-16 units.
    reason: z.exactOptional(z.string().meta({ maxLength: longestReason })).meta({
      description: "Beside `by` a participant's own words: show them as that person's, and escape them",
    }),
    by: z.exactOptional(z.literal("owner")).meta({ description: "A participant did it; left out for the service" }),
    silent: z.exactOptional(silentSchema),
  })
  .meta({ id: "StatusNote", description: "What happened to the chat, in a system message." });

const changeNoteSchema = z
  .object({
    event: z.enum(["message_edited", "message_deleted"]),
    target: z.int().min(1).meta({ description: "The seq of the message that was changed" }),
    by: z.exactOptional(z.literal("erasure")).meta({ description: "All messages of this person were erased" }),
    silent: silentSchema,
  })
  .meta({
    id: "ChangeNote",
    description: "What happened to an earlier message. The entry's `content` is that message's new text.",
  });

const systemNoteSchema = z.discriminatedUnion("event", [statusNoteSchema, changeNoteSchema]).meta({ id: "SystemNote" });

/** How a message was deleted. `at` is RFC 3339 UTC. */
export type Deleted = { by: "sender" | "operator" | "erasure"; at: string };

const timeSchema = z.iso.datetime({ precision: 3 });
const deletedSchema = z
  .object({ by: z.enum(["sender", "operator", "erasure"]), at: timeSchema })
  .meta({ id: "Deleted", description: "The message was deleted: its content is empty, its place stays." });

/**
 * The content of an entry, which goes unchanged from the draft to the document and to the Message. A new field is a line
 * here, its schema below, and its mapping in `store/models.ts`; without one of the three nothing compiles.
 * `editedAt` and `deleted` are never in a draft: they are what later entries changed.
 */
export type EntryFields = {
  senderId: string | null;
  type: (typeof entryTypes)[number];
  content: string;
  attachment?: Attachment;
  system?: SystemNote;
  clientMessageId?: string;
  editedAt?: string;
  deleted?: Deleted;
};

/**
 * The schemas of these fields, for the documents.
 * @internal
 */
export const entryShape = {
  senderId: backendIdSchema.nullable().meta({ description: "null for a system message" }),
  type: z.enum(entryTypes),
  content: z.string().meta({
    maxLength: mostCodePoints,
    description:
      "As the person wrote it: escape it where you show it. Of a system message: the service's words, never a participant's",
  }),
  attachment: z.exactOptional(attachmentShape),
  system: z.exactOptional(systemNoteSchema),
  clientMessageId: z.exactOptional(clientMessageIdSchema),
  editedAt: z.exactOptional(timeSchema).meta({ description: "When the content was last changed" }),
  deleted: z.exactOptional(deletedSchema),
} satisfies { [Field in keyof Required<EntryFields>]: z.ZodType<EntryFields[Field]> };

/** An entry as others see it (CONTRACT "Shapes"). `createdAt` is RFC 3339 UTC. */
export type Message = EntryFields & { id: string; chatId: string; seq: number; createdAt: string };

/** A position in the log, and how many entries up to it count as unread. */
export type Place = { seq: number; counted: number };

/**
 * The chat's state after an entry. Each entry carries it, so the newest one has everything that a writer needs.
 * `booking` and `bookingAt`: the newest booking event applied and its `occurredAt`, null before the first.
 * `counted`: how many entries up to here count as unread. `shownSeq`: the newest entry that became the last message.
 * `changeSeq`: the newest entry that changed an earlier one. `sent`: where each side wrote last; that side has read everything
 * up to there.
 */
export type ChatState = {
  status: ChatStatus;
  statusReason: string | null;
  booking: "approved" | "cancelled";
  bookingAt: Date | null;
  counted: number;
  shownSeq: number;
  changeSeq: number;
  sent: Record<Role, Place>;
};

/** The newest entry's position and state. `seq` 0: nothing was written yet. */
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
    changeSeq: 0,
    sent: { owner: { seq: 0, counted: 0 }, seeker: { seq: 0, counted: 0 } },
  },
};

/** An optional field that is left out may be undefined as well. */
type OrUndefined<T> = { [K in keyof T]: T extends Record<K, T[K]> ? T[K] : T[K] | undefined };

export type DraftFields = OrUndefined<EntryFields>;

/** The entry that a decision wants to append after the head it saw; the log adds chat, id, seq and time. */
export type Draft = DraftFields & { state: ChatState };

/** `sender`: the participant who wrote the entry, and so has read all that came before. */
type Changes = Partial<Pick<ChatState, "status" | "statusReason" | "booking" | "bookingAt">> & { sender?: Role };

/** The draft of the entry after `head`: its fields, and the chat's state after it, with `changes` to the state. */
export const draftAfter = ({ seq, state }: Head, fields: DraftFields, { sender, ...changes }: Changes = {}): Draft => {
  const counted = state.counted + (countsAsUnread(fields) ? 1 : 0);
  const shownSeq = becomesLastMessage(fields) ? seq + 1 : state.shownSeq;
  const changeSeq = isChange(fields) ? seq + 1 : state.changeSeq;
  const sent = sender === undefined ? state.sent : { ...state.sent, [sender]: { seq: seq + 1, counted } };
  return { ...fields, state: { ...state, ...changes, counted, shownSeq, changeSeq, sent } };
};

/**
 * One item of a chat's log, as it is shown now. `changedBy`: the seq of the newest change in it; left out while it is as
 * it was written. `sentDigest`: of an edited message, the digest of the text with which it was sent.
 */
export type Entry = Draft & {
  id: string;
  chatId: string;
  seq: number;
  createdAt: Date;
  changedBy?: number;
  sentDigest?: string;
};

const optionalFields = Object.keys(entryShape).filter((name) => !["senderId", "type", "content"].includes(name));

/** The fields alone of an entry, a draft or a document, without those that are undefined. */
export const fieldsOf = (source: DraftFields): EntryFields => {
  const { senderId, type, content } = source;
  const fields: EntryFields & Record<string, unknown> = { senderId, type, content };
  // By index: each message comes through here several times, and Reflect takes twice as long.
  const given: Record<string, unknown> = source;
  for (const name of optionalFields) {
    const value = given[name];
    if (value !== undefined) fields[name] = value;
  }
  return fields;
};

/** An entry as others see it, without the key of a system entry, which is the booking event's. */
export const toMessage = (entry: Entry): Message => ({
  id: entry.id,
  chatId: entry.chatId,
  seq: entry.seq,
  ...fieldsOf(entry.senderId === null ? { ...entry, clientMessageId: undefined } : entry),
  createdAt: entry.createdAt.toISOString(),
});
