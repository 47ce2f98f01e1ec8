import type { RequestHandler } from "express";
import { z } from "zod";
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from "zod-openapi";
import type { Acts } from "../chat/acts/create-acts.ts";
import { chatIdSchema } from "../chat/ids.ts";
import { parse } from "../chat/parse.ts";
import { type ReadAnswer, readAnswerSchema, readBodySchema } from "../contract/rest-calls.ts";
import { answer, asUser, bodyProblems, jsonBody, problems } from "./docs/openapi-parts.ts";
import { needUser, userIdOf } from "./request/identify.ts";
import { readJson } from "./request/read-json.ts";
import { chatIdOf, type Routes } from "./request/routes.ts";

/** A participant marks the chat as read up to a seq. */
const routes = ({ acts }: { acts: Pick<Acts, "markRead"> }): Routes => {
  const moveMark: RequestHandler = async (req, res) => {
    const request = { chatId: chatIdOf(req), userId: userIdOf(res), ...parse(readBodySchema, req.body) };
    const { userId, seq, at } = await acts.markRead(request);
    res.json({ read: { userId, seq, at } } satisfies ReadAnswer);
  };
  const handlers = [needUser, ...readJson, moveMark];
  return { "/:chatId/read": { PUT: handlers, POST: handlers, PATCH: handlers } };
};

const operation: ZodOpenApiOperationObject = {
  operationId: "markRead",
  tags: ["Messages"],
  summary: "Mark as read",
  description: "The mark never moves back: a lower seq is answered with the current mark. POST and PATCH do the same.",
  security: asUser,
  requestParams: { path: z.object({ chatId: chatIdSchema }) },
  requestBody: jsonBody(readBodySchema, { seq: 1 }, { required: false }),
  responses: {
    200: answer("The mark as it is now", readAnswerSchema),
    ...problems([...bodyProblems, "chat_not_found"]),
  },
};

// The other methods are in its description: a client that is generated needs one of the three.
const paths: ZodOpenApiPathsObject = { "/api/chat/{chatId}/read": { put: operation } };

export const readMarks = { routes, paths: () => paths };
