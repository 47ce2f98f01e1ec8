import type { RequireParticipant } from "../access.ts";
import type { CardKeeper } from "../cards/card-keeper.ts";
import { ChatError } from "../errors.ts";
import { draftAfter, type Entry, type Head, type Message, toMessage } from "../log/entry.ts";
import type { NewMessage } from "../log/new-message.ts";
import type { Broadcast, ChatLog, Decision } from "../ports.ts";
import type { Role } from "../roles.ts";
import { endTypingOf } from "./end-typing.ts";
import { type CompleteMessage, isComplete, type NameUpload, usedTwice } from "./uploads/name-upload.ts";

/** `endsTyping`: broadcast that the sender's typing ended; false for a caller that reports it itself. */
export type SendRequest = { chatId: string; userId: string; message: NewMessage; endsTyping?: boolean };
/** `repeated`: the same clientMessageId was sent before; this is that message. */
export type Sent = { message: Message; repeated: boolean };
/** `onQueued` is called when the send has its place in the chat's order: later sends are stored after it. */
export type SendMessage = (request: SendRequest, onQueued?: () => void) => Promise<Sent>;

const decideSend =
  (message: CompleteMessage, userId: string, role: Role) =>
  (head: Head): Decision =>
    head.state.status === "active"
      ? { append: draftAfter(head, { ...message, senderId: userId }, { sender: role }) }
      : { refuse: new ChatError("chat_not_active") };

const sameAttachment = (one: Entry["attachment"], other: NewMessage["attachment"]): boolean => {
  if (one === undefined || other === undefined) return one === other;
  if ("id" in one || !("url" in other)) return "id" in one && "id" in other && one.id === other.id;
  return (["url", "name", "mimeType", "size", "width", "height"] as const).every((key) => one[key] === other[key]);
};

/** What was deleted since is not there to compare. */
const isSame = (log: Pick<ChatLog, "wasSentAs">, entry: Entry, message: NewMessage): boolean => {
  if (entry.type !== message.type || entry.deleted) return entry.type === message.type;
  return log.wasSentAs(entry, message.content) && sameAttachment(entry.attachment, message.attachment);
};

/** @throws ChatError if the entry in the log is not this message */
const requireSame = (log: ChatLog, entry: Entry, message: NewMessage, repeated: boolean): void => {
  const { clientMessageId } = message;
  // It is the entry with the same upload, not one with the same clientMessageId.
  if (repeated && (clientMessageId === undefined || entry.clientMessageId !== clientMessageId)) throw usedTwice();
  if (!isSame(log, entry, message)) throw new ChatError("idempotency_conflict");
};

/** What refuses a message, but not the repeat of one that is stored. */
const notForRepeats = new Set(["chat_not_active", "validation_failed", "upload_incomplete", "uploads_off"]);

/**
 * Sends a message of a participant: writes it to the log, broadcasts it to everybody in the chat, then answers.
 * A repeat is broadcast again, since the first try may have failed before its broadcast; receivers store messages by seq.
 * The repeat of a stored message is answered with that message even if the chat was closed in the meantime.
 * @throws ChatError `chat_not_found`, `chat_not_active`, `idempotency_conflict`, `unavailable`; for an upload that may not
 *   be sent `validation_failed`, `upload_incomplete`, `uploads_off`
 */
export const createSendMessage =
  (parts: {
    requireParticipant: RequireParticipant;
    log: ChatLog;
    nameUpload: NameUpload;
    keeper: Pick<CardKeeper, "keepLater">;
    broadcast: Pick<Broadcast, "messageReceived" | "typingEnded">;
  }): SendMessage =>
  async (request, onQueued) => {
    const { facts, role } = await parts.requireParticipant(request.chatId, request.userId);
    const append = async () => {
      const { userId, message } = request;
      const complete = isComplete(message)
        ? message
        : await parts.nameUpload.hold({ chatId: facts.id, userId, message });
      const appending = parts.log.append(facts.id, decideSend(complete, userId, role));
      onQueued?.();
      return appending;
    };
    const { entry: written, repeated } = await landed(parts.log, facts.id, request, append());
    requireSame(parts.log, written, request.message, repeated);
    const entry = await parts.nameUpload.sent(written);
    const message = toMessage(entry);
    parts.broadcast.messageReceived(message);
    if (request.endsTyping) endTypingOf(parts.broadcast, facts, role);
    parts.keeper.keepLater(entry);
    return { message, repeated };
  };

const landed = async (
  log: ChatLog,
  chatId: string,
  { userId, message }: SendRequest,
  appending: ReturnType<ChatLog["append"]>,
): Promise<{ entry: Entry; repeated: boolean }> => {
  try {
    const appended = await appending;
    if (appended.outcome === "nothing") throw new ChatError("internal");
    return { entry: appended.entry, repeated: appended.outcome === "known" };
  } catch (error) {
    const mayBeRepeat = error instanceof ChatError && notForRepeats.has(error.code);
    if (!mayBeRepeat || message.clientMessageId === undefined) throw error;
    const entry = await log.findSent(chatId, userId, message.clientMessageId);
    if (entry === null) throw error;
    return { entry, repeated: true };
  }
};
