import type { RequireParticipant } from "../access.ts";
import type { CardKeeper } from "../cards/card-keeper.ts";
import { ChatError } from "../errors.ts";
import { draftAfter, type Entry, type Head, type Message, toMessage } from "../log/entry.ts";
import type { NewMessage } from "../log/new-message.ts";
import type { Broadcast, ChatLog, Decision } from "../ports.ts";
import type { Role } from "../roles.ts";
import { endTypingOf } from "./end-typing.ts";

/** `endsTyping`: broadcast that the sender's typing ended; false for a caller that reports it itself. */
export type SendRequest = { chatId: string; userId: string; message: NewMessage; endsTyping?: boolean };
/** `repeated`: the same clientMessageId was sent before; this is that message. */
export type Sent = { message: Message; repeated: boolean };
/** `onQueued` is called when the send has its place in the chat's order: later sends are stored after it. */
export type SendMessage = (request: SendRequest, onQueued?: () => void) => Promise<Sent>;

const decideSend =
  ({ userId, message }: SendRequest, role: Role) =>
  (head: Head): Decision =>
    head.state.status === "active"
      ? { append: draftAfter(head, { ...message, senderId: userId }, { sender: role }) }
      : { refuse: new ChatError("chat_not_active") };

const sameAttachment = (one: Entry["attachment"], other: Entry["attachment"]): boolean =>
  one === other ||
  (one !== undefined &&
    other !== undefined &&
    (["url", "name", "mimeType", "size", "width", "height"] as const).every((key) => one[key] === other[key]));

const isSame = (entry: Entry, message: NewMessage): boolean =>
  entry.type === message.type &&
  entry.content === message.content &&
  sameAttachment(entry.attachment, message.attachment);

/**
 * Sends a message of a participant: writes it to the log, broadcasts it to everybody in the chat, then answers.
 * A repeat is broadcast again, since the first try may have failed before its broadcast; receivers store messages by seq.
 * The repeat of a stored message is answered with that message even if the chat was closed in the meantime.
 * @throws ChatError `chat_not_found`, `chat_not_active`, `idempotency_conflict`, `unavailable`
 */
export const createSendMessage =
  (parts: {
    requireParticipant: RequireParticipant;
    log: ChatLog;
    keeper: Pick<CardKeeper, "keepLater">;
    broadcast: Pick<Broadcast, "messageReceived" | "typingEnded">;
  }): SendMessage =>
  async (request, onQueued) => {
    const { facts, role } = await parts.requireParticipant(request.chatId, request.userId);
    const appending = parts.log.append(facts.id, decideSend(request, role));
    onQueued?.();
    const { entry, repeated } = await landed(parts.log, facts.id, request, appending);
    if (!isSame(entry, request.message)) throw new ChatError("idempotency_conflict");
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
    const closed = error instanceof ChatError && error.code === "chat_not_active";
    if (!closed || message.clientMessageId === undefined) throw error;
    const entry = await log.findSent(chatId, userId, message.clientMessageId);
    if (entry === null) throw error;
    return { entry, repeated: true };
  }
};
