import { Types } from "mongoose";
import { ChatError } from "../../chat/errors.ts";

/** A place in the inbox: behind the chat with this time and id. */
export type InboxPlace = { updatedAt: Date; id: Types.ObjectId };

const form = /^(\d{1,15})\.([0-9a-f]{24})$/;

/** A place as text that a client hands back; opaque to it. */
export const encodeCursor = ({ updatedAt, id }: InboxPlace): string =>
  Buffer.from(`${updatedAt.getTime()}.${id.toHexString()}`).toString("base64url");

/** @throws ChatError `validation_failed` for what `encodeCursor` did not make */
export const decodeCursor = (cursor: string): InboxPlace => {
  const [, time, id] = form.exec(Buffer.from(cursor, "base64url").toString("latin1")) ?? [];
  if (time === undefined || id === undefined) {
    throw new ChatError("validation_failed", { errors: [{ path: "cursor", message: "a nextCursor of this call" }] });
  }
  return { updatedAt: new Date(Number(time)), id: new Types.ObjectId(id) };
};
