import type { Message } from "../log/entry.ts";
import { type Participants, type Role, userOf } from "../roles.ts";
import { type ChatStatus } from "../status.ts";

/** A person's position in a chat's log. `counted` is the count of the entry at that position. */
export type ReadMark = { seq: number; counted: number; at: Date };
export type DeliveredMark = { seq: number; at: Date };

/**
 * The index card of a chat: the facts from the approval, the marks, and a copy of the log's head for the inbox.
 * `participants` is null as long as there was only a cancellation.
 */
export type Card = {
  id: string;
  bookingId: string;
  participants: Participants | null;
  status: ChatStatus;
  statusReason: string | null;
  lastSeq: number;
  counted: number;
  lastMessage: Message | null;
  /** The seq of the newest change in `lastMessage`; 0: it is as it was written. */
  lastChange: number;
  read: Record<Role, ReadMark>;
  delivered: Record<Role, DeliveredMark>;
  /** Until when each of the two wants no notices; null, or a time that has passed: not muted. */
  mutedUntil: Record<Role, Date | null>;
  createdAt: Date;
  updatedAt: Date;
};

/** A chat as one of its participants sees it (CONTRACT "Shapes"). Times are RFC 3339 UTC. */
export type Chat = {
  id: string;
  bookingId: string;
  ownerId: string;
  seekerId: string;
  status: ChatStatus;
  statusReason: string | null;
  lastSeq: number;
  lastMessage: Message | null;
  unreadCount: number;
  read: Record<string, Mark>;
  delivered: Record<string, Mark>;
  mutedUntil: string | null;
  createdAt: string;
  updatedAt: string;
};
export type Mark = { seq: number; at: string };

/** A mark that moved: the answer to the caller, and what the other side gets. */
export type Receipt = { chatId: string; userId: string; seq: number; at: string };

// fromEntries makes own properties for any name, even for "__proto__", which is a valid user id.
const byUser = <T extends { seq: number; at: Date }>(people: Participants, marks: Record<Role, T>) =>
  Object.fromEntries(
    (["owner", "seeker"] as const).map((role) => [
      userOf(people, role),
      { seq: marks[role].seq, at: marks[role].at.toISOString() },
    ]),
  );

/** Until when a person wants no notices of a chat, null if it is not muted now. */
export const muteOf = ({ mutedUntil: until }: Pick<Card, "mutedUntil">, role: Role, now: Date): Date | null => {
  const mine = until[role];
  return mine !== null && mine > now ? mine : null;
};

/** The card as `role` sees it. `unreadCount` is the log's count minus the count at the read mark. */
export const chatFor = (card: Card, participants: Participants, role: Role, now = new Date()): Chat => ({
  id: card.id,
  bookingId: card.bookingId,
  ...participants,
  status: card.status,
  statusReason: card.statusReason,
  lastSeq: card.lastSeq,
  lastMessage: card.lastMessage,
  unreadCount: Math.max(0, card.counted - card.read[role].counted),
  read: byUser(participants, card.read),
  delivered: byUser(participants, card.delivered),
  mutedUntil: muteOf(card, role, now)?.toISOString() ?? null,
  createdAt: card.createdAt.toISOString(),
  updatedAt: card.updatedAt.toISOString(),
});
