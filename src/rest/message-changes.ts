import type { Request, RequestHandler } from "express";
import { z } from "zod";
import type { ZodOpenApiPathsObject } from "zod-openapi";
import type { Acts } from "../chat/acts/create-acts.ts";
import { ChatError } from "../chat/errors.ts";
import { chatIdSchema } from "../chat/ids.ts";
import { parse } from "../chat/parse.ts";
import { editBodySchema, entrySeqSchema } from "../contract/message.ts";
import { type MessageAnswer, messageAnswerSchema } from "../contract/rest-calls.ts";
import { answer, asService, asUser, bodyProblems, jsonBody, problems } from "./docs/openapi-parts.ts";
import { isService, needUser, needUserOrKey, userIdOf } from "./request/identify.ts";
import { readJson } from "./request/read-json.ts";
import { chatIdOf, type Routes } from "./request/routes.ts";

type Parts = {
  acts: Pick<Acts, "editMessage" | "deleteMessage">;
  limitSends: (userId: string) => Promise<void>;
};

/**
 * The seq that a path names.
 * @throws ChatError `message_not_found` if it cannot be one
 */
const seqOf = (req: Request): number => {
  const { seq } = req.params;
  if (typeof seq !== "string" || !/^[1-9]\d{0,14}$/.test(seq)) throw new ChatError("message_not_found");
  return Number(seq);
};

/** A participant edits or deletes an own message; the service deletes any. Both count as sends of that person. */
const routes = ({ acts, limitSends }: Parts): Routes => {
  const edit: RequestHandler = async (req, res) => {
    const userId = userIdOf(res);
    const request = { chatId: chatIdOf(req), userId, seq: seqOf(req), ...parse(editBodySchema, req.body) };
    await limitSends(userId);
    res.json({ message: await acts.editMessage(request) } satisfies MessageAnswer);
  };
  const remove: RequestHandler = async (req, res) => {
    const request = { chatId: chatIdOf(req), seq: seqOf(req) };
    if (isService(res)) {
      res.json({
        message: await acts.deleteMessage({ ...request, actor: { kind: "service" } }),
      } satisfies MessageAnswer);
      return;
    }
    const userId = userIdOf(res);
    await limitSends(userId);
    res.json({
      message: await acts.deleteMessage({ ...request, actor: { kind: "user", userId } }),
    } satisfies MessageAnswer);
  };
  return { "/:chatId/messages/:seq": { PATCH: [needUser, ...readJson, edit], DELETE: [needUserOrKey, remove] } };
};

const params = { path: z.object({ chatId: chatIdSchema, seq: entrySeqSchema }) };

const paths: ZodOpenApiPathsObject = {
  "/api/chat/{chatId}/messages/{seq}": {
    patch: {
      operationId: "editMessage",
      tags: ["Messages"],
      summary: "Edit an own message",
      description:
        "Changes the text or the caption, for `editWindowS` seconds after the message was sent and while the chat is active. The same content again changes nothing. If an answer was lost, repeat the edit, with the same `clientMessageId` if it had one.",
      security: asUser,
      requestParams: params,
      requestBody: jsonBody(editBodySchema, { content: "Hello again!" }),
      responses: {
        200: answer("The message as it is now", messageAnswerSchema),
        ...problems([
          ...bodyProblems,
          "forbidden",
          "chat_not_found",
          "message_not_found",
          "chat_not_active",
          "message_deleted",
          "too_late",
          "idempotency_conflict",
        ]),
      },
    },
    delete: {
      operationId: "deleteMessage",
      tags: ["Messages"],
      summary: "Delete a message",
      description:
        "With a token: an own message, for `deleteWindowS` seconds after it was sent, unless the chat is closed. With the key: any message, always. Its text and its file are gone, its place stays. Deleting it again is answered the same.",
      security: [...asService, ...asUser],
      requestParams: params,
      responses: {
        200: answer("The message as it is now", messageAnswerSchema),
        ...problems(["forbidden", "chat_not_found", "message_not_found", "chat_not_active", "too_late"]),
      },
    },
  },
};

export const messageChanges = { routes, paths: () => paths };
