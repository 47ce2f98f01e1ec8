import type { Actor, RequireActor } from "../access.ts";
import { ChatError } from "../errors.ts";
import { type Entry, type Head, type Message, toMessage } from "../log/entry.ts";
import type { Clock } from "../ports.ts";
import { type ChangeMessage, type ChangeWindows, isOver } from "./change-message.ts";

export type DeleteRequest = { chatId: string; actor: Actor; seq: number };
export type DeleteMessage = (request: DeleteRequest) => Promise<Message>;

type Parts = {
  requireActor: RequireActor;
  changeMessage: ChangeMessage;
  windows: Pick<ChangeWindows, "deleteS">;
  now: Clock;
};

/**
 * Deletes a message: its text and its file are gone, its place stays. Its sender may do so for a while, unless the chat is
 * closed; the service always. Deleting it again changes nothing. Answers with the message as it is then.
 * @throws ChatError `chat_not_found`, `message_not_found`, `forbidden` for another person's message, `chat_not_active` in
 *   a closed chat, `too_late`, `unavailable`
 */
export const createDeleteMessage = ({ requireActor, changeMessage, windows, now }: Parts): DeleteMessage => {
  const isNeeded = (actor: Actor) => (target: Entry, head: Head) => {
    if (actor.kind === "user" && target.senderId !== actor.userId) throw new ChatError("forbidden");
    if (target.deleted) return false;
    if (actor.kind === "service") return true;
    if (head.state.status === "closed") throw new ChatError("chat_not_active");
    if (isOver(target, windows.deleteS, now())) throw new ChatError("too_late");
    return true;
  };

  return async ({ chatId, actor, seq }) => {
    const { facts } = await requireActor(chatId, actor);
    const deleted = await changeMessage({
      chatId: facts.id,
      seq,
      senderId: actor.kind === "user" ? actor.userId : null,
      event: "message_deleted",
      content: "",
      isNeeded: isNeeded(actor),
    });
    return toMessage(deleted);
  };
};
