import { z } from "zod";
import type { ZodOpenApiPathsObject } from "zod-openapi";
import type { Acts } from "../chat/acts/create-acts.ts";
import { ChatError } from "../chat/errors.ts";
import { chatIdSchema, isChatId } from "../chat/ids.ts";
import { parse } from "../chat/parse.ts";
import type { Clock } from "../chat/ports.ts";
import {
  type MadeReportAnswer,
  madeReportAnswerSchema,
  type ReportAnswer,
  type ReportPage,
  reportAnswerSchema,
  reportBodySchema,
  reportChangeBodySchema,
  reportPageSchema,
  reportParamsSchema,
  toMadeReport,
  toReport,
} from "../contract/reports.ts";
import { answer, asService, asUser, bodyProblems, jsonBody, problems } from "./docs/openapi-parts.ts";
import { needKey, needUser, userIdOf } from "./request/identify.ts";
import { readJson } from "./request/read-json.ts";
import { chatIdOf, queryWithNumbers, type Routes } from "./request/routes.ts";

type Parts = {
  acts: Pick<Acts, "makeReport" | "reports">;
  limitSends: (userId: string) => Promise<void>;
  now: Clock;
};

/** A participant reports a message or a person; the service lists the reports and closes them. */
const routes = ({ acts, limitSends, now }: Parts): Routes => ({
  "/reports": {
    GET: [
      needKey,
      async (req, res) => {
        const found = await acts.reports.list(parse(reportParamsSchema, queryWithNumbers(req, ["limit"])));
        res.json({ ...found, reports: found.reports.map(toReport) } satisfies ReportPage);
      },
    ],
  },
  "/reports/:id": {
    PUT: [
      needKey,
      ...readJson,
      async (req, res) => {
        const { id } = req.params;
        const { status, note } = parse(reportChangeBodySchema, req.body);
        const isId = typeof id === "string" && isChatId(id);
        const report = isId ? await acts.reports.setStatus(id, { status, note: note || null, at: now() }) : null;
        if (report === null) throw new ChatError("not_found");
        res.json({ report: toReport(report) } satisfies ReportAnswer);
      },
    ],
  },
  "/:chatId/reports": {
    POST: [
      needUser,
      ...readJson,
      async (req, res) => {
        const userId = userIdOf(res);
        const request = { chatId: chatIdOf(req), userId, ...parse(reportBodySchema, req.body) };
        await limitSends(userId);
        const { report, made } = await acts.makeReport(request);
        res.status(made ? 201 : 200).json({ report: toMadeReport(report) } satisfies MadeReportAnswer);
      },
    ],
  },
});

const paths: ZodOpenApiPathsObject = {
  "/api/chat/{chatId}/reports": {
    post: {
      operationId: "makeReport",
      tags: ["Chats"],
      summary: "Report a message, or the other person",
      description:
        "With `seq`: a message of the other person; without it, that person. The entries around it are kept with the report as they are now, even if the message is deleted later. The same report again is answered with the first one. The other person does not learn of it. Counts as a message in the limits.",
      security: asUser,
      requestParams: { path: z.object({ chatId: chatIdSchema }) },
      requestBody: jsonBody(reportBodySchema, { seq: 3, reason: "scam", note: "Asks for money outside." }),
      responses: {
        200: answer("It was reported before: that report", madeReportAnswerSchema),
        201: answer("The report is stored", madeReportAnswerSchema),
        ...problems([...bodyProblems, "forbidden", "chat_not_found", "message_not_found"]),
      },
    },
  },
  "/api/chat/reports": {
    get: {
      operationId: "listReports",
      tags: ["Booking service"],
      summary: "A page of reports: open ones first, the oldest first",
      security: asService,
      requestParams: { query: reportParamsSchema },
      responses: { 200: answer("A page of reports", reportPageSchema), ...problems(["validation_failed"]) },
    },
  },
  "/api/chat/reports/{id}": {
    put: {
      operationId: "changeReport",
      tags: ["Booking service"],
      summary: "Close a report, or open it again",
      description: "Closing a report deletes its evidence; opening it again does not bring it back.",
      security: asService,
      requestParams: { path: z.object({ id: chatIdSchema }) },
      requestBody: jsonBody(reportChangeBodySchema, { status: "closed", note: "The account was locked." }),
      responses: {
        200: answer("The report as it is now", reportAnswerSchema),
        ...problems([...bodyProblems, "not_found"]),
      },
    },
  },
};

export const reports = { routes, paths: () => paths };
