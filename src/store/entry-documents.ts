import { Types } from "mongoose";
import type { Entry, Head } from "../chat/log/entry.ts";
import type { EntryDocument } from "./models.ts";

export const toDocument = ({ id, chatId, state, ...entry }: Entry): EntryDocument => ({
  _id: new Types.ObjectId(id),
  chatId: new Types.ObjectId(chatId),
  seq: entry.seq,
  type: entry.type,
  senderId: entry.senderId,
  content: entry.content,
  attachment: entry.attachment,
  system: entry.system,
  clientMessageId: entry.clientMessageId,
  createdAt: entry.createdAt,
  ...state,
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
  type: document.type,
  senderId: document.senderId,
  content: document.content,
  ...(document.attachment && { attachment: document.attachment }),
  ...(document.system && { system: document.system }),
  ...(document.clientMessageId !== undefined && { clientMessageId: document.clientMessageId }),
  createdAt: document.createdAt,
  state: headOf(document).state,
});
