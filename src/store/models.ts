import { type Connection, Schema, type Types } from "mongoose";
import type { DeliveredMark, ReadMark } from "../chat/cards/card.ts";
import type { ChatState, EntryFields, Message } from "../chat/log/entry.ts";
import type { Role } from "../chat/roles.ts";
import type { ChatStatus } from "../chat/status.ts";

/** An entry as it stands in `messages`: the entry, and the chat's state after it. Never changed once written. */
export type EntryDocument = EntryFields &
  ChatState & { _id: Types.ObjectId; chatId: Types.ObjectId; seq: number; createdAt: Date };

/** A card as it stands in `chats`. `participants` holds both people again, for the inbox's index. */
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
  read: Record<Role, ReadMark>;
  delivered: Record<Role, DeliveredMark>;
  /** Where somebody last marked the chat as read; not there before the first time. */
  receipts?: Partial<Record<Role, DeliveredMark>> | undefined;
  createdAt: Date;
  updatedAt: Date;
};

/** The names by which a duplicate key error tells which promise it kept. */
export const seqIndex = "one_entry_per_seq";
export const clientMessageIdIndex = "one_entry_per_client_message_id";

/** Named, since the look-up for it must not be made by another index. */
export const peopleIndex = "people";

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
    sent: { owner: place, seeker: place },
  },
  { ...options, collection: "messages" },
);
// Whoever writes n+1 has seen n; serves every page of history, the head, and the entry at a mark.
entrySchema.index({ chatId: 1, seq: 1 }, { unique: true, name: seqIndex });
// A repeat finds its first self; serves the look-up of the original. Entries without the id are left out of it.
entrySchema.index(
  { chatId: 1, senderId: 1, clientMessageId: 1 },
  { unique: true, name: clientMessageIdIndex, partialFilterExpression: { clientMessageId: { $exists: true } } },
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
    read: { owner: readMark, seeker: readMark },
    delivered: { owner: mark, seeker: mark },
    receipts: { type: Object },
    createdAt: date,
    updatedAt: date,
  },
  { ...options, collection: "chats" },
);
// One card per booking, however often and from where the approval comes.
cardSchema.index({ bookingId: 1 }, { unique: true, name: "one_card_per_booking" });
// Whether a user is in a chat, found among that user's chats alone. Neither field ever changes.
cardSchema.index({ participants: 1, _id: 1 }, { name: peopleIndex });
// The inbox, latest activity first, and the people a user shares a chat with.
cardSchema.index({ participants: 1, updatedAt: -1, _id: -1 }, { name: "inbox" });
// The inbox of one status.
cardSchema.index({ participants: 1, status: 1, updatedAt: -1, _id: -1 }, { name: "inbox_by_status" });

export const createModels = (connection: Connection) => ({
  entries: connection.model("Entry", entrySchema),
  cards: connection.model("Card", cardSchema),
});
