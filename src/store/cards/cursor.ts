import { Types } from "mongoose";
import { ChatError } from "../../chat/errors.ts";

/** A position in the inbox: after the chat with this time and id. */
export type InboxPlace = { updatedAt: Date; id: Types.ObjectId };

const form = /^(\d{1,15})\.([0-9a-f]{24})$/;

/** A position as text, which a client sends back; opaque to the client. */
export const encodeCursor = ({ updatedAt, id }: InboxPlace): string =>
  Buffer.from(`${updatedAt.getTime()}.${id.toHexString()}`).toString("base64url");

/** @throws ChatError `validation_failed` if `encodeCursor` did not make it */
export const decodeCursor = (cursor: string): InboxPlace => {
  const [, time, id] = form.exec(Buffer.from(cursor, "base64url").toString("latin1")) ?? [];
  if (time === undefined || id === undefined) {
    throw new ChatError("validation_failed", { errors: [{ path: "cursor", message: "a nextCursor of this call" }] });
  }
  return { updatedAt: new Date(Number(time)), id: new Types.ObjectId(id) };
};
