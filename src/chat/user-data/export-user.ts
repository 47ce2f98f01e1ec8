import { type Card, type Mark, muteOf } from "../cards/card.ts";
import { type Entry, type Message, toMessage } from "../log/entry.ts";
import { isShown } from "../log/entry-kinds.ts";
import type { ChatCards, ChatLog, Clock } from "../ports.ts";
import type { Reports } from "../reports.ts";
import { otherRole, type Role, roleOf } from "../roles.ts";
import type { ChatStatus } from "../status.ts";
import type { ChatsOfUser } from "./erase-user.ts";

export type ExportCounts = { chats: number; messages: number; received: number; reports: number };

/** A message of somebody else: the sender by role, never by id. */
type Received = Omit<Message, "senderId" | "clientMessageId"> & { senderRole: Role | "service" };

/**
 * A line of an export, by its kind. `user` comes first and `end` last; a file without `end` is not complete. Each chat is
 * followed by its messages by seq, then the user's marks and reports. Times are RFC 3339 UTC.
 */
export type ExportLine =
  | { kind: "user"; userId: string; exportedAt: string }
  | {
      kind: "chat";
      id: string;
      bookingId: string;
      role: Role;
      status: ChatStatus;
      statusReason: string | null;
      lastSeq: number;
      createdAt: string;
      updatedAt: string;
    }
  | ({ kind: "message" } & Message)
  | ({ kind: "received" } & Received)
  | { kind: "marks"; chatId: string; read: Mark; delivered: Mark; mutedUntil: string | null }
  | {
      kind: "report";
      id: string;
      chatId: string;
      seq: number | null;
      reason: string;
      note: string | null;
      status: string;
      createdAt: string;
    }
  | ({ kind: "end" } & ExportCounts);

/** The lines, read from the database while they are taken. @throws ChatError `unavailable` */
export type ExportUser = (userId: string) => AsyncGenerator<ExportLine, void>;

type Parts = {
  log: Pick<ChatLog, "page">;
  cards: Pick<ChatCards, "find">;
  chatsOfUser: ChatsOfUser;
  reports: Pick<Reports, "madeBy">;
  now: Clock;
};

const pageSize = 100;
const chatsAtOnce = 50;

const markOf = ({ seq, at }: { seq: number; at: Date }): Mark => ({ seq, at: at.toISOString() });

const chatLine = (card: Card, role: Role): ExportLine => ({
  kind: "chat",
  id: card.id,
  bookingId: card.bookingId,
  role,
  status: card.status,
  statusReason: card.statusReason,
  lastSeq: card.lastSeq,
  createdAt: card.createdAt.toISOString(),
  updatedAt: card.updatedAt.toISOString(),
});

const messageLine = (entry: Entry, userId: string, role: Role): ExportLine => {
  const message = toMessage(entry);
  if (entry.senderId === userId) return { kind: "message", ...message };
  const { senderId, clientMessageId: _, ...rest } = message;
  return { kind: "received", senderRole: senderId === null ? "service" : otherRole[role], ...rest };
};

const marksLine = (card: Card, role: Role, now: Date): ExportLine => ({
  kind: "marks",
  chatId: card.id,
  read: markOf(card.read[role]),
  delivered: markOf(card.delivered[role]),
  mutedUntil: muteOf(card, role, now)?.toISOString() ?? null,
});

/**
 * All that is stored of a user, one page at a time: a slow reader holds no cursor and little memory. What happens during
 * the export may be in it or not.
 */
export const createExportUser = ({ log, cards, chatsOfUser, reports, now }: Parts): ExportUser => {
  async function* messagesOf(chatId: string, userId: string, role: Role): AsyncGenerator<ExportLine, void> {
    for (let after = 0; ; ) {
      const { entries, hasMore } = await log.page(chatId, { after, limit: pageSize });
      for (const entry of entries) if (isShown(entry)) yield messageLine(entry, userId, role);
      after = entries.at(-1)?.seq ?? after;
      if (!hasMore) return;
    }
  }

  async function* reportsOf(chatId: string, userId: string): AsyncGenerator<ExportLine, void> {
    for await (const { id, seq, reason, note, status, createdAt } of reports.madeBy(chatId, userId)) {
      yield { kind: "report", id, chatId, seq, reason, note, status, createdAt: createdAt.toISOString() };
    }
  }

  async function* chatOf(chatId: string, userId: string): AsyncGenerator<ExportLine, void> {
    const card = await cards.find(chatId);
    const role = card && roleOf(card.participants, userId);
    if (card === null || role === null) return;
    yield chatLine(card, role);
    yield* messagesOf(chatId, userId, role);
    yield marksLine(card, role, now());
    yield* reportsOf(chatId, userId);
  }

  return async function* (userId) {
    const counts: ExportCounts = { chats: 0, messages: 0, received: 0, reports: 0 };
    let chatIds = await chatsOfUser(userId, null, chatsAtOnce);
    yield { kind: "user", userId, exportedAt: now().toISOString() };
    while (chatIds.length > 0) {
      for (const chatId of chatIds) {
        for await (const line of chatOf(chatId, userId)) {
          count(counts, line);
          yield line;
        }
      }
      chatIds = await chatsOfUser(userId, chatIds.at(-1) ?? null, chatsAtOnce);
    }
    yield { kind: "end", ...counts };
  };
};

const count = (counts: ExportCounts, { kind }: ExportLine): void => {
  if (kind === "chat") counts.chats += 1;
  if (kind === "message") counts.messages += 1;
  if (kind === "received") counts.received += 1;
  if (kind === "report") counts.reports += 1;
};
