import type { RequireParticipant } from "../access.ts";
import { ChatError } from "../errors.ts";
import { type Message, toMessage } from "../log/entry.ts";
import type { Clock } from "../ports.ts";
import { type ChangeMessage, type ChangeWindows, isOver } from "./change-message.ts";

/** `content`: cleaned text. */
export type EditRequest = {
  chatId: string;
  userId: string;
  seq: number;
  content: string;
  clientMessageId?: string | undefined;
};
export type EditMessage = (request: EditRequest) => Promise<Message>;

type Parts = {
  requireParticipant: RequireParticipant;
  changeMessage: ChangeMessage;
  windows: Pick<ChangeWindows, "editS">;
  now: Clock;
};

const emptyText = (): ChatError =>
  new ChatError("validation_failed", { errors: [{ path: "content", message: "a text needs content" }] });

/**
 * Changes the text or the caption of an own message, for a while after it was sent and while the chat is active. The
 * same content again changes nothing. Answers with the message as it is then.
 * @throws ChatError `chat_not_found`, `message_not_found`, `forbidden` for another person's message, `message_deleted`,
 *   `chat_not_active`, `too_late`, `validation_failed`, `idempotency_conflict`, `unavailable`
 */
export const createEditMessage =
  ({ requireParticipant, changeMessage, windows, now }: Parts): EditMessage =>
  async ({ chatId: askedId, userId, seq, content, clientMessageId }) => {
    const { facts } = await requireParticipant(askedId, userId);
    const edited = await changeMessage({
      chatId: facts.id,
      seq,
      senderId: userId,
      event: "message_edited",
      content,
      clientMessageId,
      isNeeded: (target, head) => {
        if (target.senderId !== userId) throw new ChatError("forbidden");
        if (target.deleted) throw new ChatError("message_deleted");
        if (target.type === "text" && content === "") throw emptyText();
        if (head.state.status !== "active") throw new ChatError("chat_not_active");
        if (isOver(target, windows.editS, now())) throw new ChatError("too_late");
        return target.content !== content;
      },
    });
    return toMessage(edited);
  };
