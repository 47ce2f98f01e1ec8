import { z } from "zod";
import type { Actor, RequireActor } from "../access.ts";
import type { Card } from "../cards/card.ts";
import type { CardKeeper } from "../cards/card-keeper.ts";
import { ChatError } from "../errors.ts";
import { cleanTextSchema, longestReason } from "../log/content.ts";
import { draftAfter, type Head, type SystemNote, toMessage } from "../log/entry.ts";
import type { Broadcast, ChatLog, Decision } from "../ports.ts";
import type { Role } from "../roles.ts";
import { type ChatStatus, chatStatusSchema } from "../status.ts";
import { endTyping } from "./end-typing.ts";

export const statusChangeSchema = z.object({
  status: chatStatusSchema,
  reason: cleanTextSchema(longestReason).optional(),
});
export type StatusChange = z.infer<typeof statusChangeSchema>;

export type ChangeStatus = (request: { chatId: string; actor: Actor; change: StatusChange }) => Promise<Card>;

/**
 * The owner may switch between active and readonly while the booking is not cancelled. Only the booking service can
 * reopen a chat that a cancellation closed.
 */
const mayChange = (role: Role | "service", to: ChatStatus, { state }: Head): boolean => {
  if (role === "service") return true;
  return role === "owner" && to !== "closed" && state.status !== "closed" && state.booking === "approved";
};

const contents: Record<ChatStatus, string> = {
  active: "The chat is open again.",
  readonly: "The chat is read-only now.",
  closed: "The chat was closed.",
};

// The content of a system message is the service's text, so it never contains a participant's words.
const contentOf = (role: Role | "service", { status, reason }: StatusChange): string =>
  role === "service" && reason ? `${contents[status]} ${reason}` : contents[status];

/** Decides a request to change the status, given the head. A request for the current status changes nothing. */
export const decideStatusChange =
  (role: Role | "service", change: StatusChange) =>
  (head: Head): Decision => {
    const { status, reason } = change;
    if (!mayChange(role, status, head)) return { refuse: new ChatError("forbidden") };
    if (head.state.status === status) return "nothing";
    // If the booking service opens a chat, the booking is valid again, so the owner may switch the status again.
    const booking = status === "active" ? "approved" : head.state.booking;
    const system: SystemNote = {
      event: "chat_status_changed",
      status,
      ...(reason && { reason }),
      ...(role === "owner" && { by: role }),
    };
    const fields = { type: "system", senderId: null, content: contentOf(role, change), system } as const;
    return { append: draftAfter(head, fields, { status, statusReason: reason || null, booking }) };
  };

type Parts = {
  requireActor: RequireActor;
  log: ChatLog;
  keeper: CardKeeper;
  broadcast: Broadcast;
};

/**
 * Changes a chat's status, with a system message to both people.
 * @throws ChatError `chat_not_found`, `forbidden`, `unavailable`
 */
export const createChangeStatus = (parts: Parts): ChangeStatus => {
  const { requireActor, log, keeper, broadcast } = parts;
  return async ({ chatId, actor, change }) => {
    const { facts, role } = await requireActor(chatId, actor);
    const appended = await log.append(facts.id, decideStatusChange(role, change));
    if (appended.outcome === "nothing") return keeper.mend(facts.id);
    broadcast.messageReceived(toMessage(appended.entry));
    if (change.status !== "active") endTyping(broadcast, facts.id, facts.participants);
    return keeper.keep(appended.entry);
  };
};
