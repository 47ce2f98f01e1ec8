import { type Card, chatFor } from "../../src/chat/cards/card.ts";
import { type Entry, type Message, toMessage } from "../../src/chat/log/entry.ts";
import type { Report } from "../../src/chat/reports.ts";
import { type Participants, type Role, userOf } from "../../src/chat/roles.ts";
import type { ErasedUser } from "../../src/chat/user-data/erasure.ts";
import type { SharedChat } from "../../src/contract/chat.ts";
import type {
  ChatEvent,
  ChatEventType,
  CloudEvent,
  MessageEvent,
  StatusEvent,
} from "../../src/contract/chat-events.ts";
import { toReport } from "../../src/contract/reports.ts";
import type { StoredReceipt } from "../../src/store/relay/change-feed.ts";
import type { UnreadNotice } from "../../src/store/relay/unread-notices.ts";

/** An event for the topic. `key`: the chat's id, or the user's where it concerns no chat. `value`: a CloudEvent in JSON. */
export type EncodedEvent = { key: string; type: ChatEventType; value: Buffer };

/** The facts of a chat that has its people; they never change. */
export type ChatPeople = { id: string; bookingId: string; participants: Participants };

const source = "/lyvo-chat";

/** A type with its data. */
type Told<Event = ChatEvent> = Event extends ChatEvent ? Pick<Event, "type" | "data"> : never;
type Fields = Told & { key: string; id: string; at: Date };

// `id` and `source` together identify an event permanently: a repeat has the same ones.
const encode = ({ type, key, id, at, data }: Fields): EncodedEvent => {
  const event: CloudEvent<ChatEventType, ChatEvent["data"]> = {
    specversion: "1.0",
    id: `${key}:${id}`,
    source,
    type,
    time: at.toISOString(),
    subject: key,
    datacontenttype: "application/json",
    data,
  };
  return { key, type, value: Buffer.from(JSON.stringify(event)) };
};

type Marks<T extends { seq: number }> = { owner: T; seeker: T };

/** The marks as they were at an entry: none beyond the entry, and none before what its person had written. */
const marksAt = <T extends { seq: number; at: Date }>(marks: Marks<T>, { seq, state, createdAt }: Entry): Marks<T> => {
  const markAt = (role: Role): T => {
    const mark = { ...marks[role], seq: Math.min(marks[role].seq, seq) };
    const written = state.sent[role].seq;
    return mark.seq < written ? { ...mark, seq: written, at: createdAt } : mark;
  };
  return { owner: markAt("owner"), seeker: markAt("seeker") };
};

/** The chat as it was after a shown entry, without the fields that are specific to one user. */
const chatAt = (entry: Entry, card: Card, participants: Participants): SharedChat => {
  const { state } = entry;
  const then: Card = {
    ...card,
    status: state.status,
    statusReason: state.statusReason,
    lastSeq: entry.seq,
    lastMessage: toMessage(entry),
    read: marksAt(card.read, entry),
    delivered: marksAt(card.delivered, entry),
    updatedAt: entry.createdAt,
  };
  const { unreadCount: _, mutedUntil: __, ...chat } = chatFor(then, participants, "owner");
  return chat;
};

export const statusEvent = (type: StatusEvent, entry: Entry, card: Card, participants: Participants): EncodedEvent =>
  encode({
    type,
    key: entry.chatId,
    id: type === "chat.created" ? "created" : `${entry.seq}:status`,
    at: entry.createdAt,
    data: { chat: chatAt(entry, card, participants) },
  });

/** `message`: the entry itself, or the message that it changed, as it is now. */
export const messageEvent = (
  type: MessageEvent,
  entry: Entry,
  message: Message,
  { id, bookingId, participants }: ChatPeople,
): EncodedEvent =>
  encode({
    type,
    key: id,
    id: `${entry.seq}`,
    at: entry.createdAt,
    data: { chat: { id, bookingId, ...participants, status: entry.state.status }, message },
  });

export const readEvent = (
  { role, seq, at }: StoredReceipt,
  { id, bookingId, participants }: ChatPeople,
): EncodedEvent =>
  encode({
    type: "chat.message_read",
    key: id,
    id: `${role}:read:${seq}`,
    at,
    data: { chatId: id, bookingId, userId: userOf(participants, role), seq, at: at.toISOString() },
  });

export const reportEvent = (report: Report): EncodedEvent =>
  encode({
    type: "chat.reported",
    key: report.chatId,
    id: `report:${report.id}`,
    at: report.createdAt,
    data: { report: toReport(report) },
  });

export const erasedEvent = ({ userId, at }: ErasedUser): EncodedEvent =>
  encode({ type: "chat.user_erased", key: userId, id: `erased:${at.getTime()}`, at, data: { userId } });

/** `message`: the newest shown message. */
export const unreadEvent = (
  { role, firstSeq }: UnreadNotice,
  { id, bookingId, participants }: ChatPeople,
  { unreadCount, message, at }: { unreadCount: number; message: Message; at: Date },
): EncodedEvent =>
  encode({
    type: "chat.message_unread",
    key: id,
    id: `${role}:unread:${firstSeq}`,
    at,
    data: { chatId: id, bookingId, userId: userOf(participants, role), unreadCount, message },
  });
