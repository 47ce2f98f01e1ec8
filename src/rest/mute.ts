import { z } from "zod";
import type { ZodOpenApiPathsObject } from "zod-openapi";
import type { Acts } from "../chat/acts/create-acts.ts";
import { chatIdSchema } from "../chat/ids.ts";
import { parse } from "../chat/parse.ts";
import { type ChatAnswer, chatAnswerSchema, muteBodySchema } from "../contract/rest-calls.ts";
import { answer, asUser, bodyProblems, jsonBody, problems } from "./docs/openapi-parts.ts";
import { needUser, userIdOf } from "./request/identify.ts";
import { readJson } from "./request/read-json.ts";
import { chatIdOf, type Routes } from "./request/routes.ts";

/** A participant mutes a chat, or ends that. */
const routes = ({ acts }: { acts: Pick<Acts, "mute"> }): Routes => ({
  "/:chatId/mute": {
    PUT: [
      needUser,
      ...readJson,
      async (req, res) => {
        const request = { chatId: chatIdOf(req), userId: userIdOf(res), ...parse(muteBodySchema, req.body) };
        res.json({ chat: await acts.mute(request) } satisfies ChatAnswer);
      },
    ],
  },
});

const paths: ZodOpenApiPathsObject = {
  "/api/chat/{chatId}/mute": {
    put: {
      operationId: "muteChat",
      tags: ["Chats"],
      summary: "Mute a chat",
      description:
        "Until then there is no `chat.message_unread` for you, so no push or e-mail; what is still unread then causes one. Messages and unread counts go on. `until: null`, or a time that has passed, ends it. The other side is not told, and the chat's `updatedAt` stays. Your devices get `chat_updated`.",
      security: asUser,
      requestParams: { path: z.object({ chatId: chatIdSchema }) },
      requestBody: jsonBody(muteBodySchema, { until: "2030-01-01T08:00:00Z" }),
      responses: {
        200: answer("The chat as it is now", chatAnswerSchema),
        ...problems([...bodyProblems, "chat_not_found"]),
      },
    },
  },
};

export const mute = { routes, paths: () => paths };
