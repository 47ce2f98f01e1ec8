import { z } from "zod";
import { type RequireParticipant, requireMessage } from "../access.ts";
import { ChatError } from "../errors.ts";
import { cleanTextSchema } from "../log/content.ts";
import { type Message, toMessage } from "../log/entry.ts";
import type { ChatLog, Clock } from "../ports.ts";
import { type Report, type Reports, reportReasons, reportStatuses } from "../reports.ts";
import { otherRole, userOf } from "../roles.ts";
import { defaultPageSize, pageSizeSchema } from "./read-messages.ts";

/** The longest note of a report, in code points. */
export const longestNote = 1_000;

export const reportRequestSchema = z.object({
  seq: z.int().min(1).optional(),
  reason: z.enum(reportReasons),
  note: cleanTextSchema(longestNote).optional(),
});
export const reportChangeSchema = z.object({
  status: z.enum(reportStatuses),
  note: cleanTextSchema(longestNote).optional(),
});
export const reportQuerySchema = z.object({
  status: z.enum(reportStatuses).optional(),
  limit: pageSizeSchema.default(defaultPageSize),
  cursor: z.string().max(200).optional(),
});

/** Entries before and after the reported message. */
const evidenceOnEachSide = 10;

type ReportRequest = { chatId: string; userId: string } & z.infer<typeof reportRequestSchema>;
export type MakeReport = (request: ReportRequest) => Promise<{ report: Report; made: boolean }>;

type Parts = {
  requireParticipant: RequireParticipant;
  log: Pick<ChatLog, "page" | "shownAt">;
  reports: Pick<Reports, "findSame" | "add">;
  now: Clock;
};

/**
 * Reports a message of the other person, or that person, with the entries around it as they are now. The same again is
 * answered with the first report. The other person does not learn of it.
 * @throws ChatError `chat_not_found`, `message_not_found`, `forbidden` for an own message, `unavailable`
 */
export const createMakeReport = ({ requireParticipant, log, reports, now }: Parts): MakeReport => {
  const requireOthers = async (chatId: string, seq: number, userId: string): Promise<void> => {
    const { senderId } = await requireMessage(log, chatId, seq);
    if (senderId === userId) throw new ChatError("forbidden", { text: "This message is your own." });
  };

  const evidence = async (chatId: string, seq: number | null): Promise<Message[]> => {
    const limit = 2 * evidenceOnEachSide + 1;
    const around = seq === null ? {} : { after: seq - evidenceOnEachSide - 1, before: seq + evidenceOnEachSide + 1 };
    const range = { limit, ...around };
    return (await log.page(chatId, range)).entries.map(toMessage);
  };

  return async ({ chatId, userId, seq = null, reason, note }) => {
    const { facts, role } = await requireParticipant(chatId, userId);
    const what = { chatId: facts.id, reporterId: userId, seq, reason };
    const same = await reports.findSame(what);
    if (same !== null) return { report: same, made: false };
    if (seq !== null) await requireOthers(facts.id, seq, userId);
    const at = now();
    return reports.add({
      ...what,
      bookingId: facts.bookingId,
      reportedId: userOf(facts.participants, otherRole[role]),
      note: note || null,
      status: "open",
      operatorNote: null,
      entries: await evidence(facts.id, seq),
      createdAt: at,
      updatedAt: at,
    });
  };
};
