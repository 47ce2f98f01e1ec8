import { z } from "zod";
import { reportChangeSchema, reportQuerySchema, reportRequestSchema } from "../chat/acts/report.ts";
import { backendIdSchema, chatIdSchema } from "../chat/ids.ts";
import {
  type Report as OwnReport,
  type ReportReason,
  type ReportStatus,
  reportReasons,
  reportStatuses,
} from "../chat/reports.ts";
import { shownTimeSchema } from "./fields.ts";
import { entrySeqSchema, type Message, messageSchema } from "./message.ts";
import { wireSchema } from "./wire-schema.ts";

/** The body of `POST /:chatId/reports`. Without `seq` the other person is reported. */
export type ReportBody = { seq?: number | undefined; reason: ReportReason; note?: string | undefined };
/** @internal */
export const reportBodySchema = wireSchema<ReportBody>()(reportRequestSchema);

/** The body of `PUT /reports/:id`. */
export type ReportChangeBody = { status: ReportStatus; note?: string | undefined };
/** @internal */
export const reportChangeBodySchema = wireSchema<ReportChangeBody>()(reportChangeSchema);

/** The query of `GET /reports`. */
export type ReportParams = {
  status?: ReportStatus | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
};
/** @internal */
export const reportParamsSchema = wireSchema<ReportParams>()(reportQuerySchema);

const ownFields = {
  id: chatIdSchema,
  chatId: chatIdSchema,
  seq: z.exactOptional(entrySeqSchema).meta({ description: "The reported message; left out for a person" }),
  reason: z.enum(reportReasons),
  note: z.exactOptional(z.string()).meta({ description: "The reporter's own words: escape them" }),
  status: z.enum(reportStatuses),
  createdAt: shownTimeSchema,
  updatedAt: shownTimeSchema,
};

/** A report as its reporter sees it. */
export type MadeReport = {
  id: string;
  chatId: string;
  seq?: number;
  reason: ReportReason;
  note?: string;
  status: ReportStatus;
  createdAt: string;
  updatedAt: string;
};
/** @internal */
export const madeReportSchema = wireSchema<MadeReport>()(z.object(ownFields).meta({ id: "MadeReport" }));

/** A report as the service sees it. */
export type Report = MadeReport & {
  bookingId: string;
  reporterId: string;
  reportedId: string;
  operatorNote?: string;
  entries: Message[];
};
/** @internal */
export const reportSchema = wireSchema<Report>()(
  z
    .object({
      ...ownFields,
      bookingId: backendIdSchema,
      reporterId: backendIdSchema,
      reportedId: backendIdSchema,
      operatorNote: z.exactOptional(z.string()).meta({ description: "Noted when the status was last changed" }),
      entries: z.array(messageSchema).meta({
        description:
          "The reported message with the ten entries before and after it, or the chat's newest entries, as they were when the report was made. Empty once the report is closed",
      }),
    })
    .meta({ id: "Report" }),
);

export type MadeReportAnswer = { report: MadeReport };
/** @internal */
export const madeReportAnswerSchema = wireSchema<MadeReportAnswer>()(
  z.object({ report: madeReportSchema }).meta({ id: "MadeReportAnswer" }),
);

export type ReportAnswer = { report: Report };
/** @internal */
export const reportAnswerSchema = wireSchema<ReportAnswer>()(
  z.object({ report: reportSchema }).meta({ id: "ReportAnswer" }),
);

export type ReportPage = { reports: Report[]; nextCursor: string | null };
/** @internal */
export const reportPageSchema = wireSchema<ReportPage>()(
  z.object({ reports: z.array(reportSchema), nextCursor: z.string().nullable() }).meta({ id: "ReportPage" }),
);

/** A report as its reporter sees it. */
export const toMadeReport = ({
  id,
  chatId,
  seq,
  reason,
  note,
  status,
  createdAt,
  updatedAt,
}: OwnReport): MadeReport => ({
  id,
  chatId,
  ...(seq !== null && { seq }),
  reason,
  ...(note !== null && { note }),
  status,
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
});

/** A report as the service sees it. */
export const toReport = (report: OwnReport): Report => ({
  ...toMadeReport(report),
  bookingId: report.bookingId,
  reporterId: report.reporterId,
  reportedId: report.reportedId,
  ...(report.operatorNote !== null && { operatorNote: report.operatorNote }),
  entries: report.entries,
});
