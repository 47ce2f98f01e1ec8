import type { RequestHandler } from "express";
import { z } from "zod";
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from "zod-openapi";
import type { Acts } from "../chat/acts/create-acts.ts";
import { type Card, type Chat, chatFor } from "../chat/cards/card.ts";
import { ChatError } from "../chat/errors.ts";
import { chatIdSchema } from "../chat/ids.ts";
import { parse } from "../chat/parse.ts";
import { roleOf } from "../chat/roles.ts";
import { type ChatAnswer, chatAnswerSchema, statusBodySchema } from "../contract/rest-calls.ts";
import { answer, asService, asUser, bodyProblems, jsonBody, problems } from "./docs/openapi-parts.ts";
import { chatForService } from "./initiate.ts";
import { isService, needUserOrKey, userIdOf } from "./request/identify.ts";
import { readJson } from "./request/read-json.ts";
import { chatIdOf, type Routes } from "./request/routes.ts";

const chatForUser = (card: Card, userId: string): Chat => {
  const role = roleOf(card.participants, userId);
  if (card.participants === null || role === null) throw new ChatError("chat_not_found");
  return chatFor(card, card.participants, role);
};

type Parts = { acts: Pick<Acts, "changeStatus">; limitSends: (userId: string) => Promise<void> };

/**
 * The booking service, or a participant within the rules, changes a chat's status. A participant's change is a shown
 * message that counts as unread, so it counts as a send.
 */
const routes = ({ acts, limitSends }: Parts): Routes => {
  const change: RequestHandler = async (req, res) => {
    const request = { chatId: chatIdOf(req), change: parse(statusBodySchema, req.body) };
    if (isService(res)) {
      const chat = chatForService(await acts.changeStatus({ ...request, actor: { kind: "service" } }));
      res.json({ chat } satisfies ChatAnswer);
      return;
    }
    const userId = userIdOf(res);
    await limitSends(userId);
    const chat = chatForUser(await acts.changeStatus({ ...request, actor: { kind: "user", userId } }), userId);
    res.json({ chat } satisfies ChatAnswer);
  };
  const handlers = [needUserOrKey, ...readJson, change];
  return { "/:chatId/status": { PUT: handlers, PATCH: handlers } };
};

const operation: ZodOpenApiOperationObject = {
  operationId: "changeStatus",
  tags: ["Chats"],
  summary: "Change the status",
  description:
    "With the key: any change. With a token: the owner switches between `active` and `readonly` while the booking is not cancelled. A user's change counts as a message in the limits, and its reason is only in `system.reason`, with `by`. Setting the status that a chat already has makes no entry. PATCH does the same. A wrong key is refused, even with a valid token.",
  security: [...asService, ...asUser],
  requestParams: { path: z.object({ chatId: chatIdSchema }) },
  requestBody: jsonBody(statusBodySchema, { status: "readonly", reason: "holidays" }),
  responses: {
    200: answer("The chat as it is now", chatAnswerSchema),
    ...problems([...bodyProblems, "forbidden", "chat_not_found"]),
  },
};

const paths: ZodOpenApiPathsObject = { "/api/chat/{chatId}/status": { put: operation } };

export const status = { routes, paths: () => paths };
