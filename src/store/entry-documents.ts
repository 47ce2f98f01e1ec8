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

/**
 * An entry of the first version has no `changeSeq`. During a rollout it may follow a change, so the newest one counts as being
 * right here: a writer that has read a message before this entry reads it again.
 */
export const headOf = ({ seq, ...document }: Omit<EntryDocument, "_id">): Head => ({
  seq,
  state: {
    status: document.status,
    statusReason: document.statusReason,
    booking: document.booking,
    bookingAt: document.bookingAt,
    counted: document.counted,
    shownSeq: document.shownSeq,
    changeSeq: document.changeSeq ?? seq,
    sent: document.sent,
  },
});

export const toEntry = (document: EntryDocument): Entry => ({
  id: document._id.toHexString(),
  chatId: document.chatId.toHexString(),
  seq: document.seq,
  ...fieldsOf(document),
  createdAt: document.createdAt,
  ...(document.changedBy !== undefined && { changedBy: document.changedBy }),
  ...(document.sentDigest !== undefined && { sentDigest: document.sentDigest }),
  state: headOf(document).state,
});
