import { z } from "zod";
import type { ZodOpenApiPathsObject } from "zod-openapi";
import type { Acts } from "../../chat/acts/create-acts.ts";
import { attachmentIdSchema } from "../../chat/ids.ts";
import { parse } from "../../chat/parse.ts";
import { type AttachmentAnswer, attachmentAnswerSchema, verdictBodySchema } from "../../contract/rest-calls.ts";
import { answer, asService, bodyProblems, jsonBody, problems } from "../docs/openapi-parts.ts";
import { needKey } from "../request/identify.ts";
import { readJson } from "../request/read-json.ts";
import type { Routes } from "../request/routes.ts";
import { attachmentIdOf, requireUploads } from "./upload-request.ts";

/** A scanner reports what it found in an uploaded file. */
const routes = ({ acts }: { acts: Pick<Acts, "uploads"> }): Routes => {
  const { uploads, needUploads } = requireUploads(acts);
  return {
    "/attachments/:attachmentId/verdict": {
      PUT: [
        needKey,
        needUploads,
        ...readJson,
        async (req, res) => {
          const [attachmentId, { verdict }] = [attachmentIdOf(req), parse(verdictBodySchema, req.body)];
          res.json({ attachment: await uploads().judge({ attachmentId, verdict }) } satisfies AttachmentAnswer);
        },
      ],
    },
  };
};

const paths = (): ZodOpenApiPathsObject => ({
  "/api/chat/attachments/{attachmentId}/verdict": {
    put: {
      operationId: "judgeUpload",
      tags: ["Attachments"],
      summary: "Report what a scanner found in a file",
      description:
        "`clean`: a file that is `scanning` becomes `ready`. `infected`: the file becomes `rejected` for good, also if it was `ready`, and is deleted from the store. Both people get `message_changed` if a message names the file. Reporting the same again gives the same answer.",
      security: asService,
      requestParams: { path: z.object({ attachmentId: attachmentIdSchema }) },
      requestBody: jsonBody(verdictBodySchema, { verdict: "clean" }),
      responses: {
        200: answer("The file as it is now", attachmentAnswerSchema),
        ...problems([...bodyProblems, "not_found", "upload_incomplete", "uploads_off"]),
      },
    },
  },
});

export const verdicts = { routes, paths };
