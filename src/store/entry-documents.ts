import { Types } from "mongoose";
import { type Entry, fieldsOf, type Head } from "../chat/log/entry.ts";
import type { EntryDocument } from "./models.ts";

export const toDocument = (entry: Entry): EntryDocument => ({
  _id: new Types.ObjectId(entry.id),
  chatId: new Types.ObjectId(entry.chatId),
  seq: entry.seq,
  ...fieldsOf(entry),
  createdAt: entry.createdAt,
  ...entry.state,
});

export const headOf = ({ seq, ...document }: Omit<EntryDocument, "_id">): Head => ({
  seq,
  state: {
    status: document.status,
    statusReason: document.statusReason,
    booking: document.booking,
    bookingAt: document.bookingAt,
    counted: document.counted,
    shownSeq: document.shownSeq,
    sent: document.sent,
  },
});

export const toEntry = (document: EntryDocument): Entry => ({
  id: document._id.toHexString(),
  chatId: document.chatId.toHexString(),
  seq: document.seq,
  ...fieldsOf(document),
  createdAt: document.createdAt,
  state: headOf(document).state,
});
