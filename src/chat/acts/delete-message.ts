import type { RequireParticipant } from "../access.ts";
import { ChatError } from "../errors.ts";
import { type Entry, type Head, type Message, toMessage } from "../log/entry.ts";
import type { ChatCards, Clock } from "../ports.ts";
import { type ChangeMessage, type ChangeWindows, isOver } from "./change-message.ts";
import type { Actor } from "./change-status.ts";

export type DeleteRequest = { chatId: string; actor: Actor; seq: number };
export type DeleteMessage = (request: DeleteRequest) => Promise<Message>;

type Parts = {
  requireParticipant: RequireParticipant;
  cards: Pick<ChatCards, "facts">;
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
export const createDeleteMessage = (parts: Parts): DeleteMessage => {
  const { requireParticipant, cards, changeMessage, windows, now } = parts;

  const chatOf = async (chatId: string, actor: Actor): Promise<string> => {
    if (actor.kind === "user") return (await requireParticipant(chatId, actor.userId)).facts.id;
    const facts = await cards.facts(chatId.toLowerCase());
    if (facts === null) throw new ChatError("chat_not_found");
    return facts.id;
  };

  const isNeeded = (actor: Actor) => (target: Entry, head: Head) => {
    if (actor.kind === "user" && target.senderId !== actor.userId) throw new ChatError("forbidden");
    if (target.deleted) return false;
    if (actor.kind === "service") return true;
    if (head.state.status === "closed") throw new ChatError("chat_not_active");
    if (isOver(target, windows.deleteS, now())) throw new ChatError("too_late");
    return true;
  };

  return async ({ chatId, actor, seq }) => {
    const deleted = await changeMessage({
      chatId: await chatOf(chatId, actor),
      seq,
      senderId: actor.kind === "user" ? actor.userId : null,
      event: "message_deleted",
      content: "",
      isNeeded: isNeeded(actor),
    });
    return toMessage(deleted);
  };
};
