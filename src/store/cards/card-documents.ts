import type { Card } from "../../chat/cards/card.ts";
import { type CardCopy, copyOf } from "../../chat/cards/card-copy.ts";
import { stateRank, uploadedStates } from "../../chat/log/attachment.ts";
import { type Entry, toMessage } from "../../chat/log/entry.ts";
import { isShown } from "../../chat/log/entry-kinds.ts";
import { type Participants, type Role, roleOf } from "../../chat/roles.ts";
import type { CardDocument } from "../models.ts";

type People = Pick<CardDocument, "ownerId" | "seekerId">;

const participantsOf = ({ ownerId, seekerId }: People): Participants | null =>
  ownerId === null || seekerId === null ? null : { ownerId, seekerId };

export const toCard = (document: CardDocument): Card => ({
  id: document._id.toHexString(),
  bookingId: document.bookingId,
  participants: participantsOf(document),
  status: document.status,
  statusReason: document.statusReason,
  lastSeq: document.lastSeq,
  counted: document.counted,
  lastMessage: document.lastMessage,
  lastChange: document.lastChange ?? 0,
  read: document.read,
  delivered: document.delivered,
  mutedUntil: { owner: document.mutedUntil?.owner ?? null, seeker: document.mutedUntil?.seeker ?? null },
  createdAt: document.createdAt,
  updatedAt: document.updatedAt,
});

/** The other person of a chat, null if there is none yet. */
export const otherOf = (card: People, userId: string): string | null => {
  const people = participantsOf(card);
  if (people === null || roleOf(people, userId) === null) return null;
  return people.ownerId === userId ? people.seekerId : people.ownerId;
};

/** A new card, before the first entry. */
export const newCard = (participants: Participants | null, at: Date) => {
  const nothing = { seq: 0, counted: 0, at };
  const undelivered = { seq: 0, at };
  return {
    ownerId: participants?.ownerId ?? null,
    seekerId: participants?.seekerId ?? null,
    participants: participants === null ? [] : [participants.ownerId, participants.seekerId],
    status: "closed" as const,
    statusReason: null,
    lastSeq: 0,
    counted: 0,
    lastMessage: null,
    lastChange: 0,
    read: { owner: nothing, seeker: nothing },
    delivered: { owner: undelivered, seeker: undelivered },
    createdAt: at,
    updatedAt: at,
  };
};

/** The update that makes a card, and adds the people if it has none. */
export const openingStages = (participants: Participants | null, at: Date) => {
  const kept = ([field, value]: [string, unknown]) => [field, { $ifNull: [`$${field}`, { $literal: value }] }];
  return [
    { $set: Object.fromEntries(Object.entries(newCard(participants, at)).map(kept)) },
    { $set: { participants: { $setDifference: [["$ownerId", "$seekerId"], [null]] } } },
  ];
};

const whenNewer = (newer: object, field: string, value: unknown) => ({
  [field]: { $cond: [newer, { $literal: value }, `$${field}`] },
});

// The writer has read everything before, and it was delivered to the writer.
const ownMarks = ({ state, createdAt }: Entry, role: Role) => {
  const { seq, counted } = state.sent[role];
  if (seq === 0) return {};
  const isBehind = (mark: string) => ({ $lt: [`$${mark}.${role}.seq`, seq] });
  return {
    ...whenNewer(isBehind("read"), `read.${role}`, { seq, counted, at: createdAt }),
    ...whenNewer(isBehind("delivered"), `delivered.${role}`, { seq, at: createdAt }),
  };
};

const newestFields = (entry: Entry) => {
  const newer = { $lt: ["$lastSeq", entry.seq] };
  return {
    ...whenNewer(newer, "lastSeq", entry.seq),
    ...whenNewer(newer, "status", entry.state.status),
    ...whenNewer(newer, "statusReason", entry.state.statusReason),
    ...whenNewer(newer, "counted", entry.state.counted),
    ...ownMarks(entry, "owner"),
    ...ownMarks(entry, "seeker"),
  };
};

/**
 * The update that copies entries to a card. Each part moves forward by its own seq, since copies from different nodes
 * arrive in any order: a shown entry that arrives after a newer silent one must still become the last message.
 */
export const copyStages = (copy: CardCopy) => [{ $set: copyFields(copy) }];

/** A later message, or the same one with a later change in it, or a later state of its upload. */
const laterMessage = ({ seq, changedBy = 0, attachment }: Entry) => {
  const now = { seq: { $ifNull: ["$lastMessage.seq", 0] }, change: { $ifNull: ["$lastChange", 0] } };
  const rank = stateRank(attachment);
  const rankNow = { $indexOfArray: [uploadedStates, { $ifNull: ["$lastMessage.attachment.state", ""] }] };
  const same = { $eq: [now.seq, seq] };
  return {
    $or: [
      { $lt: [now.seq, seq] },
      { $and: [same, { $lt: [now.change, changedBy] }] },
      ...(rank > 0 ? [{ $and: [same, { $eq: [now.change, changedBy] }, { $lt: [rankNow, rank] }] }] : []),
    ],
  };
};

const shownFields = (shown: Entry) => {
  const later = laterMessage(shown);
  return {
    ...whenNewer(later, "lastMessage", toMessage(shown)),
    ...whenNewer(later, "lastChange", shown.changedBy ?? 0),
  };
};

/** When something last happened in the chat: what is not shown does not count. */
const activityAt = ({ newest, shown }: CardCopy): Date[] => [
  ...(newest && isShown(newest) ? [newest.createdAt] : []),
  ...(shown ? [shown.createdAt] : []),
];

const copyFields = (copy: CardCopy) => ({
  ...(copy.newest && newestFields(copy.newest)),
  ...(copy.shown && shownFields(copy.shown)),
  updatedAt: { $max: ["$updatedAt", ...activityAt(copy)] },
});

/**
 * The update that moves a read mark to an entry. What is read was delivered. `receipts` has only explicit marks, not the
 * reading that writing implies: only explicit marks are published.
 */
export const readStages = (role: Role, entry: Entry, at: Date) => [
  {
    $set: {
      ...copyFields(copyOf(entry)),
      [`read.${role}`]: { $literal: { seq: entry.seq, counted: entry.state.counted, at } },
      [`receipts.${role}`]: { $literal: { seq: entry.seq, at } },
      ...whenNewer({ $lt: [`$delivered.${role}.seq`, entry.seq] }, `delivered.${role}`, { seq: entry.seq, at }),
    },
  },
];

/** The update that moves a delivered mark to an entry. */
export const deliveredStages = (role: Role, entry: Entry, at: Date) => [
  { $set: { ...copyFields(copyOf(entry)), [`delivered.${role}`]: { $literal: { seq: entry.seq, at } } } },
];
