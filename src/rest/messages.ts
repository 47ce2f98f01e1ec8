import { z } from "zod";
import type { ZodOpenApiPathsObject } from "zod-openapi";
import type { Acts } from "../chat/acts/create-acts.ts";
import { chatIdSchema } from "../chat/ids.ts";
import { parse } from "../chat/parse.ts";
import { type MessagePage, type messageBodySchema, messagePageSchema } from "../contract/message.ts";
import { type MessageAnswer, messageAnswerSchema, pageParamsSchema } from "../contract/rest-calls.ts";
import { answer, asUser, bodyProblems, jsonBody, location, problems } from "./docs/openapi-parts.ts";
import { needUser, userIdOf } from "./request/identify.ts";
import { readJson } from "./request/read-json.ts";
import { readerOf } from "./request/reader.ts";
import { chatIdOf, queryWithNumbers, type Routes } from "./request/routes.ts";

type PathParts = { messageBody: ReturnType<typeof messageBodySchema> };
type Parts = PathParts & {
  acts: Pick<Acts, "readChats" | "sendMessage">;
  limitSends: (userId: string) => Promise<void>;
};

const rangeSchema = pageParamsSchema.refine(({ before, after }) => before === undefined || after === undefined, {
  path: ["after"],
  message: "either before or after",
});

const routes = ({ acts, limitSends, messageBody }: Parts): Routes => ({
  "/:chatId/messages": {
    GET: [
      needUser,
      async (req, res) => {
        const chatId = chatIdOf(req);
        const range = parse(rangeSchema, queryWithNumbers(req, ["before", "after", "limit"]));
        res.json((await acts.readChats.messages({ chatId, reader: readerOf(req, res), range })) satisfies MessagePage);
      },
    ],
  },
  "/:chatId/message": {
    POST: [
      needUser,
      ...readJson,
      async (req, res) => {
        const [chatId, userId] = [chatIdOf(req), userIdOf(res)];
        // REST does not know which of the sender's sockets reported typing.
        const request = { chatId, userId, message: parse(messageBody, req.body), endsTyping: true };
        await limitSends(userId);
        const { message, repeated } = await acts.sendMessage(request);
        const address = `/api/chat/${message.chatId}/messages?after=${message.seq - 1}&limit=1`;
        if (!repeated) res.status(201).location(address);
        res.json({ message } satisfies MessageAnswer);
      },
    ],
  },
});

const params = { path: z.object({ chatId: chatIdSchema }) };
const contentRules =
  "`content` has up to 4,000 characters after clean-up: NFC, ends trimmed, control characters (except newline and tab) and direction overrides removed; at most 100 marks on one letter. A text without visible characters (only white space, joiners, fillers, soft hyphens, tags) is empty. A text message needs content; with an image or a file, `content` is a caption. It is stored as written, so escape it where you show it. `attachment.url` is https, on a host of the allowed list in ASCII, with spaces, quotes, backslashes and angle brackets escaped. An uploaded file is `attachment: { id }`: an own upload in this chat, complete, that no other message names. If an answer was lost, repeat the send with the same `clientMessageId`: it is stored once.";

const paths = ({ messageBody }: PathParts): ZodOpenApiPathsObject => ({
  "/api/chat/{chatId}/messages": {
    get: {
      operationId: "listMessages",
      tags: ["Messages"],
      summary: "A page of a chat's messages, ascending by seq",
      description:
        "The newest messages, or those before or after a seq (not both). A page ends at a megabyte, so it may have fewer than `limit` messages: `hasMore` says whether there are more.",
      security: asUser,
      requestParams: { ...params, query: pageParamsSchema },
      responses: {
        200: answer("A page of messages", messagePageSchema),
        ...problems(["validation_failed", "chat_not_found"]),
      },
    },
  },
  "/api/chat/{chatId}/message": {
    post: {
      operationId: "sendMessage",
      tags: ["Messages"],
      summary: "Send a message",
      description: contentRules,
      security: asUser,
      requestParams: params,
      requestBody: jsonBody(messageBody, { type: "text", content: "Hello!", clientMessageId: "my-own-id-1" }),
      responses: {
        200: answer("The same clientMessageId was sent before: that message", messageAnswerSchema),
        201: answer("The message is in the chat", messageAnswerSchema, location),
        ...problems([
          ...bodyProblems,
          "chat_not_found",
          "chat_not_active",
          "idempotency_conflict",
          "upload_incomplete",
          "uploads_off",
        ]),
      },
    },
  },
});

export const messages = { routes, paths };
