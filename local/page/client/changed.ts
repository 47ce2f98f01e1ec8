import type { ChangeNote, Message } from "../../../src/chat/log/entry.ts";

/** What a silent entry changes; null for an entry that changes no other. */
export const changeIn = ({ system }: Message): ChangeNote | null =>
  system?.event === "message_edited" || system?.event === "message_deleted" ? system : null;

/** A message after an entry that edited or deleted it. A deleted message stays deleted. */
export function afterChange(message: Message, change: Message): Message {
  const note = changeIn(change);
  if (note === null || message.deleted !== undefined) return message;
  if (note.event === "message_edited") return { ...message, content: change.content, editedAt: change.createdAt };
  const by = note.by ?? (change.senderId === message.senderId ? "sender" : "operator");
  const { attachment: _file, editedAt: _edited, ...rest } = message;
  return { ...rest, content: "", deleted: { by, at: change.createdAt } };
}
