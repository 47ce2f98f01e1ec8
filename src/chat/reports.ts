import type { Message } from "./log/entry.ts";

export const reportReasons = ["spam", "scam", "harassment", "hate", "sexual", "violence", "privacy", "other"] as const;
export type ReportReason = (typeof reportReasons)[number];

export const reportStatuses = ["open", "closed"] as const;
export type ReportStatus = (typeof reportStatuses)[number];

/**
 * A participant's report: of the message at `seq`, or of the other person. `entries`: the evidence, as it was when the
 * report was made; none once the report is closed. `operatorNote`: what was noted when its status was last changed.
 */
export type Report = {
  id: string;
  chatId: string;
  bookingId: string;
  reporterId: string;
  reportedId: string;
  seq: number | null;
  reason: ReportReason;
  note: string | null;
  status: ReportStatus;
  operatorNote: string | null;
  entries: Message[];
  createdAt: Date;
  updatedAt: Date;
};

export type ReportQuery = { status?: ReportStatus | undefined; limit: number; cursor?: string | undefined };

/** The reports. All that is returned is on the disks of a majority of the database. */
export interface Reports {
  /** The reporter's report of the same thing for the same reason, if there is one. */
  findSame(report: Pick<Report, "chatId" | "reporterId" | "seq" | "reason">): Promise<Report | null>;
  /** A person's reports of a chat, without the evidence. */
  madeBy(chatId: string, reporterId: string): AsyncIterable<Report>;
  /** Takes the notes out of a person's reports of a chat. May be repeated. @returns how many had one */
  forgetNotes(chatId: string, reporterId: string): Promise<number>;
  /** Stores a report. `made` false: there is one of the same thing for the same reason; this is that one. */
  add(report: Omit<Report, "id">): Promise<{ report: Report; made: boolean }>;
  /**
   * A page of reports: open ones first, each status oldest first.
   * @throws ChatError `validation_failed` for a cursor that is not ours
   */
  list(query: ReportQuery): Promise<{ reports: Report[]; nextCursor: string | null }>;
  /** Sets the status; a closed report loses its evidence. Null if there is no such report. */
  setStatus(id: string, change: { status: ReportStatus; note: string | null; at: Date }): Promise<Report | null>;
}
