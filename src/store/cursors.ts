import { ChatError } from "../chat/errors.ts";

/** A place in a list as text, which a client sends back; opaque to the client. */
export const encodeCursor = (...parts: (string | number)[]): string =>
  Buffer.from(parts.join(".")).toString("base64url");

/** @returns what the groups of `form` found @throws ChatError `validation_failed` for a cursor that is not of this form */
export const decodeCursor = (cursor: string, form: RegExp): string[] => {
  const found = form.exec(Buffer.from(cursor, "base64url").toString("latin1"));
  if (found === null) {
    throw new ChatError("validation_failed", { errors: [{ path: "cursor", message: "a nextCursor of this call" }] });
  }
  return found.slice(1);
};
