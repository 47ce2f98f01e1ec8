import { z } from "zod";
import type { ZodOpenApiPathsObject } from "zod-openapi";
import type { Acts } from "../../chat/acts/create-acts.ts";
import { attachmentIdSchema, chatIdSchema } from "../../chat/ids.ts";
import { parse } from "../../chat/parse.ts";
import {
  type AttachmentAnswer,
  attachmentAnswerSchema,
  type ReadableFile,
  readableFileSchema,
  type UploadBegun,
  uploadBegunSchema,
  uploadBodySchema,
} from "../../contract/rest-calls.ts";
import { answer, asUser, bodyProblems, jsonBody, location, problems } from "../docs/openapi-parts.ts";
import { needUser, userIdOf } from "../request/identify.ts";
import { readJson } from "../request/read-json.ts";
import { chatIdOf, type Routes } from "../request/routes.ts";
import { attachmentIdOf, requireUploads } from "./upload-request.ts";

type PathParts = { mostUploadBytes?: number | undefined };
type Parts = PathParts & { acts: Pick<Acts, "uploads">; limitSends: (userId: string) => Promise<void> };

const usualMostBytes = 25 * 1024 ** 2;

/** Files that participants upload into a chat. The bytes go from the client to the store and back, not through here. */
const routes = ({ acts, mostUploadBytes = usualMostBytes, limitSends }: Parts): Routes => {
  const bodySchema = uploadBodySchema(mostUploadBytes);
  const { uploads, needUploads } = requireUploads(acts);
  return {
    "/:chatId/attachments": {
      POST: [
        needUser,
        needUploads,
        ...readJson,
        async (req, res) => {
          const [chatId, userId] = [chatIdOf(req), userIdOf(res)];
          const file = parse(bodySchema, req.body);
          await limitSends(userId);
          const begun = await uploads().begin({ chatId, userId, file });
          res.status(201).location(`/api/chat/${chatId}/attachments/${begun.attachment.id}`);
          res.json(begun satisfies UploadBegun);
        },
      ],
    },
    "/:chatId/attachments/:attachmentId/complete": {
      POST: [
        needUser,
        needUploads,
        async (req, res) => {
          const key = { chatId: chatIdOf(req), userId: userIdOf(res), attachmentId: attachmentIdOf(req) };
          res.json({ attachment: await uploads().complete(key) } satisfies AttachmentAnswer);
        },
      ],
    },
    "/:chatId/attachments/:attachmentId": {
      GET: [
        needUser,
        needUploads,
        async (req, res) => {
          const key = { chatId: chatIdOf(req), userId: userIdOf(res), attachmentId: attachmentIdOf(req) };
          res.json((await uploads().read(key)) satisfies ReadableFile);
        },
      ],
    },
  };
};

const inChat = { path: z.object({ chatId: chatIdSchema }) };
const ofChat = { path: z.object({ chatId: chatIdSchema, attachmentId: attachmentIdSchema }) };

const paths = ({ mostUploadBytes = usualMostBytes }: PathParts): ZodOpenApiPathsObject => ({
  "/api/chat/{chatId}/attachments": {
    post: {
      operationId: "beginUpload",
      tags: ["Attachments"],
      summary: "Begin the upload of a file",
      description:
        "Upload the file to `upload.url` with `upload.method` and `upload.headers`, within five minutes. The address takes a file of exactly this size and type. Then report that it is complete, and send a message with `attachment: { id }`. A file that no message names is deleted after a day. `name` has no path. The call counts as a message in the limits, and at most 100 files of a user may wait to be sent.",
      security: asUser,
      requestParams: inChat,
      requestBody: jsonBody(uploadBodySchema(mostUploadBytes), {
        name: "room.jpg",
        mimeType: "image/jpeg",
        size: 120_000,
        width: 1_600,
        height: 1_200,
      }),
      responses: {
        201: answer("Where to upload it", uploadBegunSchema, location),
        ...problems([...bodyProblems, "chat_not_found", "chat_not_active", "uploads_off"]),
      },
    },
  },
  "/api/chat/{chatId}/attachments/{attachmentId}/complete": {
    post: {
      operationId: "completeUpload",
      tags: ["Attachments"],
      summary: "Report that a file is uploaded",
      description:
        "By the person that began it. The file is `ready` then, or `scanning` if a scanner must look at it first; both may be sent. Calling it again gives the same answer.",
      security: asUser,
      requestParams: ofChat,
      responses: {
        200: answer("The file as it is now", attachmentAnswerSchema),
        ...problems(["forbidden", "chat_not_found", "not_found", "upload_incomplete", "uploads_off"]),
      },
    },
  },
  "/api/chat/{chatId}/attachments/{attachmentId}": {
    get: {
      operationId: "readAttachment",
      tags: ["Attachments"],
      summary: "An address to read a file",
      description:
        "The address is valid for fifteen minutes. Images are shown in the page, other files are saved under their name. Only for a file that is `ready`: before that the answer is `upload_incomplete`, and for a rejected file `not_found`.",
      security: asUser,
      requestParams: ofChat,
      responses: {
        200: answer("Where to read it", readableFileSchema),
        ...problems(["chat_not_found", "not_found", "upload_incomplete", "uploads_off"]),
      },
    },
  },
});

export const attachments = { routes, paths };
