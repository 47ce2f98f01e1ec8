import type { Message } from "../wire.ts";

type Change = Extract<Message["system"], { target: number }>;

/** What a silent entry changes; undefined for an entry that changes no other. */
export const changeIn = ({ system }: Message): Change | undefined =>
  system && "target" in system ? system : undefined;

/** A message after an entry that edited or deleted it. A deleted message stays deleted. */
export const afterChange = (message: Message, change: Message): Message => {
  const note = changeIn(change);
  if (!note || message.deleted) return message;
  if (note.event === "message_edited") return { ...message, content: change.content, editedAt: change.createdAt };
  const by = note.by ?? (change.senderId === message.senderId ? "sender" : "operator");
  const { attachment: _file, editedAt: _edited, ...rest } = message;
  return { ...rest, content: "", deleted: { by, at: change.createdAt } };
};
