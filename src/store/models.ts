import { type Connection, Schema, type Types } from "mongoose";
import type { DeliveredMark, ReadMark } from "../chat/cards/card.ts";
import type { ChatState, EntryFields, Message } from "../chat/log/entry.ts";
import type { Report } from "../chat/reports.ts";
import type { Role } from "../chat/roles.ts";
import type { ChatStatus } from "../chat/status.ts";
import type { Upload } from "../chat/upload-ports.ts";

/**
 * A document in `messages`: an entry, and the chat's state after it. After it was written only what it shows changes, as
 * later entries say. `changeSeq` is missing in entries of the first version.
 */
export type EntryDocument = EntryFields &
  Omit<ChatState, "changeSeq"> & {
    _id: Types.ObjectId;
    chatId: Types.ObjectId;
    seq: number;
    changeSeq?: number;
    changedBy?: number;
    sentDigest?: string;
    createdAt: Date;
  };

/** A card in `chats`. `participants` has both people again, for the inbox's index. */
export type CardDocument = {
  _id: Types.ObjectId;
  bookingId: string;
  ownerId: string | null;
  seekerId: string | null;
  participants: string[];
  status: ChatStatus;
  statusReason: string | null;
  lastSeq: number;
  counted: number;
  lastMessage: Message | null;
  /** The newest change in `lastMessage`; missing in cards of the first version. */
  lastChange?: number | undefined;
  read: Record<Role, ReadMark>;
  delivered: Record<Role, DeliveredMark>;
  /** Where each side last marked the chat as read; missing before the first time. */
  receipts?: Partial<Record<Role, DeliveredMark>> | undefined;
  /** Until when each side has muted the chat; missing before the first time. */
  mutedUntil?: Partial<Record<Role, Date | null>> | undefined;
  createdAt: Date;
  updatedAt: Date;
};

/**
 * What is known of an uploaded file, in `attachments`. `sweepAt`: when to look whether the file is still needed.
 * `unsentOf`: its sender, as long as no message names it. `forgotten`: nobody may see it any more, and its file is to be
 * deleted from the store.
 */
export type UploadDocument = Omit<Upload, "id" | "chatId"> & {
  _id: Types.ObjectId;
  chatId: Types.ObjectId;
  sweepAt?: Date;
  unsentOf?: string;
  forgotten?: true;
};

/** A document in `revocations`, one per revoked user: tokens that were issued until `at` are refused. */
export type RevocationDocument = { _id: string; at: Date };

/** A document in `reports`. Its evidence is emptied when it is closed. */
export type ReportDocument = Omit<Report, "id" | "chatId"> & { _id: Types.ObjectId; chatId: Types.ObjectId };

/**
 * A document in `erasures`, one per user whose messages are erased. `after`: the last chat of this pass that is done.
 * `isDirty`: another pass has to follow this one.
 */
export type ErasureDocument = {
  _id: string;
  id: Types.ObjectId;
  state: "running" | "done";
  pass: number;
  after: Types.ObjectId | null;
  isDirty: boolean;
  erased: number;
  requestedAt: Date;
  finishedAt: Date | null;
};

/** The names of the unique indexes, which a duplicate key error contains. */
export const seqIndex = "one_entry_per_seq";
export const clientMessageIdIndex = "one_entry_per_client_message_id";
export const uploadIndex = "one_entry_per_upload";

/** Finds what changed a message. */
export const changesIndex = "changes_of_an_entry";

/** Named, since its query must not use another index. */
export const peopleIndex = "people";

/** Holds closed chats alone. */
export const closedIndex = "closed_chats";

const place = { _id: false, seq: Number, counted: Number };
const text = { type: String, required: true } as const;
const count = { type: Number, required: true } as const;
const date = { type: Date, required: true } as const;
const options = { versionKey: false, id: false, strict: "throw", minimize: false } as const;

/** How each field of an entry is stored. */
const storedFields = {
  senderId: { type: String, default: null },
  type: text,
  content: String,
  attachment: { type: Object },
  system: { type: Object },
  clientMessageId: String,
  editedAt: String,
  deleted: { type: Object },
} satisfies Record<keyof EntryFields, unknown>;

const entrySchema = new Schema<EntryDocument>(
  {
    chatId: { type: Schema.Types.ObjectId, required: true },
    seq: count,
    ...storedFields,
    createdAt: date,
    status: text,
    statusReason: { type: String, default: null },
    booking: text,
    bookingAt: { type: Date, default: null },
    counted: count,
    shownSeq: count,
    changeSeq: Number,
    changedBy: Number,
    sentDigest: String,
    sent: { owner: place, seeker: place },
  },
  { ...options, collection: "messages" },
);
// The writer of n+1 has seen n. Also serves every page of history, the head, and the entry at a mark.
entrySchema.index({ chatId: 1, seq: 1 }, { unique: true, name: seqIndex });
// Refuses a repeat, and serves the look-up of the original. Skips entries without the id.
entrySchema.index(
  { chatId: 1, senderId: 1, clientMessageId: 1 },
  { unique: true, name: clientMessageIdIndex, partialFilterExpression: { clientMessageId: { $exists: true } } },
);
// Refuses a second message that names an upload, and finds the message that does. Skips all other entries.
entrySchema.index(
  { chatId: 1, "attachment.id": 1 },
  { unique: true, name: uploadIndex, partialFilterExpression: { "attachment.id": { $exists: true } } },
);
// Holds changes alone, so an ordinary message costs nothing here.
entrySchema.index(
  { chatId: 1, "system.target": 1, seq: 1 },
  { name: changesIndex, partialFilterExpression: { "system.target": { $exists: true } } },
);

const mark = { _id: false, seq: count, at: date };
const readMark = { ...mark, counted: count };
const cardSchema = new Schema<CardDocument>(
  {
    bookingId: text,
    ownerId: { type: String, default: null },
    seekerId: { type: String, default: null },
    participants: [String],
    status: text,
    statusReason: { type: String, default: null },
    lastSeq: count,
    counted: count,
    lastMessage: { type: Object, default: null },
    lastChange: Number,
    read: { owner: readMark, seeker: readMark },
    delivered: { owner: mark, seeker: mark },
    receipts: { type: Object },
    mutedUntil: { type: Object },
    createdAt: date,
    updatedAt: date,
  },
  { ...options, collection: "chats" },
);
// One card per booking, however often and over which edge the approval comes.
cardSchema.index({ bookingId: 1 }, { unique: true, name: "one_card_per_booking" });
// Whether a user is in a chat, searched only among that user's chats. Neither field ever changes.
cardSchema.index({ participants: 1, _id: 1 }, { name: peopleIndex });
// The inbox, latest activity first, and the people a user shares a chat with.
cardSchema.index({ participants: 1, updatedAt: -1, _id: -1 }, { name: "inbox" });
// The inbox of one status.
cardSchema.index({ participants: 1, status: 1, updatedAt: -1, _id: -1 }, { name: "inbox_by_status" });
// The closed chats in which nothing happened for the longest time. A chat that is not closed costs nothing here.
cardSchema.index({ updatedAt: 1, _id: 1 }, { name: closedIndex, partialFilterExpression: { status: "closed" } });

const uploadSchema = new Schema<UploadDocument>(
  {
    chatId: { type: Schema.Types.ObjectId, required: true },
    userId: text,
    name: text,
    mimeType: text,
    size: count,
    width: Number,
    height: Number,
    state: text,
    createdAt: date,
    sweepAt: Date,
    unsentOf: String,
    forgotten: Boolean,
  },
  { ...options, collection: "attachments" },
);
// The sweep's next work.
uploadSchema.index({ sweepAt: 1 }, { name: "due", partialFilterExpression: { sweepAt: { $exists: true } } });
// How many files of a user no message names.
uploadSchema.index({ unsentOf: 1 }, { name: "unsent", partialFilterExpression: { unsentOf: { $exists: true } } });
// What waits for a scanner.
uploadSchema.index({ state: 1, createdAt: 1 }, { name: "scanning", partialFilterExpression: { state: "scanning" } });

const revocationSchema = new Schema<RevocationDocument>(
  { _id: text, at: date },
  { ...options, collection: "revocations" },
);
// Each node asks several times a second for the newest ones.
revocationSchema.index({ at: 1 }, { name: "newest_revocations" });

const reportSchema = new Schema<ReportDocument>(
  {
    chatId: { type: Schema.Types.ObjectId, required: true },
    bookingId: text,
    reporterId: text,
    reportedId: text,
    seq: { type: Number, default: null },
    reason: text,
    note: { type: String, default: null },
    status: text,
    operatorNote: { type: String, default: null },
    entries: [Object],
    createdAt: date,
    updatedAt: date,
  },
  { ...options, collection: "reports" },
);
// A repeat finds the first one. Also serves the reports of a chat.
reportSchema.index(
  { chatId: 1, reporterId: 1, seq: 1, reason: 1 },
  { unique: true, name: "one_report_per_reporter_thing_and_reason" },
);
// The list: open ones first, the oldest first.
reportSchema.index({ status: -1, createdAt: 1, _id: 1 }, { name: "open_reports_first" });

const erasureSchema = new Schema<ErasureDocument>(
  {
    _id: text,
    id: { type: Schema.Types.ObjectId, required: true },
    state: text,
    pass: count,
    after: { type: Schema.Types.ObjectId, default: null },
    isDirty: { type: Boolean, required: true },
    erased: count,
    requestedAt: date,
    finishedAt: { type: Date, default: null },
  },
  { ...options, collection: "erasures" },
);
// The running ones, which are asked for every second.
erasureSchema.index({ requestedAt: 1 }, { name: "running_erasures", partialFilterExpression: { state: "running" } });

export const createModels = (connection: Connection) => ({
  entries: connection.model("Entry", entrySchema),
  cards: connection.model("Card", cardSchema),
  uploads: connection.model("Upload", uploadSchema),
  revocations: connection.model("Revocation", revocationSchema),
  reports: connection.model("Report", reportSchema),
  erasures: connection.model("Erasure", erasureSchema),
});
