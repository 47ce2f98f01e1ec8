import { Types } from "mongoose";
import { decodeCursor, encodeCursor } from "../cursors.ts";

/** A position in the inbox: after the chat with this time and id. */
export type InboxPlace = { updatedAt: Date; id: Types.ObjectId };

export const encodePlace = ({ updatedAt, id }: InboxPlace): string =>
  encodeCursor(updatedAt.getTime(), id.toHexString());

/** @throws ChatError `validation_failed` if `encodePlace` did not make it */
export const decodePlace = (cursor: string): InboxPlace => {
  const [time, id] = decodeCursor(cursor, /^(\d{1,15})\.([0-9a-f]{24})$/);
  return { updatedAt: new Date(Number(time)), id: new Types.ObjectId(id) };
};
