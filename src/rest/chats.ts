import { z } from "zod";
import type { ZodOpenApiPathsObject } from "zod-openapi";
import type { Acts } from "../chat/acts/create-acts.ts";
import { ChatError } from "../chat/errors.ts";
import { backendIdSchema, chatIdSchema } from "../chat/ids.ts";
import { parse } from "../chat/parse.ts";
import { type Inbox, inboxSchema } from "../contract/chat.ts";
import { type ChatAnswer, chatAnswerSchema, inboxParamsSchema } from "../contract/rest-calls.ts";
import { answer, asUser, problems } from "./docs/openapi-parts.ts";
import { needUser, userIdOf } from "./request/identify.ts";
import { readerOf } from "./request/reader.ts";
import { chatIdOf, queryWithNumbers, type Routes } from "./request/routes.ts";

/** A user's own chats, and one chat. */
const routes = ({ acts: { readChats } }: { acts: Pick<Acts, "readChats"> }): Routes => ({
  "/user/:userId": {
    GET: [
      needUser,
      async (req, res) => {
        const userId = userIdOf(res);
        if (req.params["userId"] !== userId) throw new ChatError("forbidden");
        const query = parse(inboxParamsSchema, queryWithNumbers(req, ["limit"]));
        res.json((await readChats.inbox({ reader: readerOf(req, res), ...query })) satisfies Inbox);
      },
    ],
  },
  "/:chatId": {
    GET: [
      needUser,
      async (req, res) => {
        const chat = await readChats.chat({ chatId: chatIdOf(req), reader: readerOf(req, res) });
        res.json({ chat } satisfies ChatAnswer);
      },
    ],
  },
});

const paths: ZodOpenApiPathsObject = {
  "/api/chat/user/{userId}": {
    get: {
      operationId: "listChats",
      tags: ["Chats"],
      summary: "Your chats, latest activity first",
      description:
        "`nextCursor` is null on the last page; otherwise send it as `cursor` to get the next one. A page ends at a megabyte, so it may have fewer than `limit` chats.",
      security: asUser,
      requestParams: { path: z.object({ userId: backendIdSchema }), query: inboxParamsSchema },
      responses: {
        200: answer("A page of chats", inboxSchema),
        ...problems(["validation_failed", "forbidden"]),
      },
    },
  },
  "/api/chat/{chatId}": {
    get: {
      operationId: "getChat",
      tags: ["Chats"],
      summary: "One chat",
      security: asUser,
      requestParams: { path: z.object({ chatId: chatIdSchema }) },
      responses: { 200: answer("The chat", chatAnswerSchema), ...problems(["chat_not_found"]) },
    },
  },
};

export const chats = { routes, paths: () => paths };
