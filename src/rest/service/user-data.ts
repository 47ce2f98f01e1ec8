import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Response } from "express";
import { z } from "zod";
import type { ZodOpenApiPathsObject } from "zod-openapi";
import { ChatError } from "../../chat/errors.ts";
import { backendIdSchema } from "../../chat/ids.ts";
import { parse } from "../../chat/parse.ts";
import type { Clock } from "../../chat/ports.ts";
import type { UserDataActs } from "../../chat/user-data/create-user-data-acts.ts";
import type { ExportLine, ExportUser } from "../../chat/user-data/export-user.ts";
import {
  type ErasureAnswer,
  erasureAnswerSchema,
  exportLineSchema,
  toErasure,
} from "../../contract/service/user-data.ts";
import { answer, asService, problems, requestIdHeader } from "../docs/openapi-parts.ts";
import { needKey } from "../request/identify.ts";
import type { Routes } from "../request/routes.ts";

const paramsSchema = z.object({ userId: backendIdSchema });

type Parts = { acts: { userData: Pick<UserDataActs, "exportUser" | "erasures"> }; now: Clock };

const ndjson = "application/x-ndjson";
/** After this time in which the client took nothing, the connection ends. */
const idleLimitMs = 300_000;

const textOf = async function* (first: ExportLine, rest: AsyncIterable<ExportLine>): AsyncGenerator<string, void> {
  yield `${JSON.stringify(first)}\n`;
  for await (const line of rest) yield `${JSON.stringify(line)}\n`;
};

/**
 * Streams an export: the next line is read when the client has taken the lines before it. After the first line a failure
 * ends the connection, without the line `end`.
 */
const sendExport = async (lines: ReturnType<ExportUser>, res: Response): Promise<void> => {
  const { value: first } = await lines.next();
  if (first === undefined) throw new ChatError("internal");
  res.type(ndjson);
  res.setTimeout(idleLimitMs, () => void res.destroy());
  const text = Readable.from(textOf(first, lines), { highWaterMark: 1 });
  await pipeline(text, res).catch((error: unknown) => {
    // The client has gone: nobody needs an answer, and nothing failed here.
    if (!res.destroyed || !isGone(error)) throw error;
  });
};

const isGone = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE";

/** The main backend exports what is stored of a user, and erases what the user sent. */
const routes = ({ acts: { userData }, now }: Parts): Routes => ({
  "/user/:userId/data": {
    GET: [
      needKey,
      async (req, res) => {
        const { userId } = parse(paramsSchema, req.params);
        if (req.method === "HEAD") return void res.type(ndjson).end();
        await sendExport(userData.exportUser(userId), res);
      },
    ],
    DELETE: [
      needKey,
      async (req, res) => {
        const { userId } = parse(paramsSchema, req.params);
        const erasure = await userData.erasures.request(userId, now());
        res.status(202).json({ erasure: toErasure(erasure) } satisfies ErasureAnswer);
      },
    ],
  },
  "/user/:userId/data/erasure": {
    GET: [
      needKey,
      async (req, res) => {
        const { userId } = parse(paramsSchema, req.params);
        const erasure = await userData.erasures.find(userId);
        if (erasure === null) throw new ChatError("not_found");
        res.json({ erasure: toErasure(erasure) } satisfies ErasureAnswer);
      },
    ],
  },
});

const paths: ZodOpenApiPathsObject = {
  "/api/chat/user/{userId}/data": {
    get: {
      operationId: "exportUserData",
      tags: ["Booking service"],
      summary: "Export what is stored of a user",
      description:
        "One JSON value a line: `user` first, then each chat with its messages, the user's marks and the reports that the user made, and `end` with the counts. Own messages are `message`; those of others are `received`, with the sender's role and without an id. The answer is streamed as fast as it is read. An answer without the line `end` is not complete: repeat the call. A user who is not known here gets `user` and `end`.",
      security: asService,
      requestParams: { path: paramsSchema },
      responses: {
        200: {
          description: "The lines",
          headers: requestIdHeader,
          content: { [ndjson]: { schema: exportLineSchema } },
        },
        ...problems(["validation_failed"]),
      },
    },
    delete: {
      operationId: "eraseUserData",
      tags: ["Booking service"],
      summary: "Erase what a user sent",
      description:
        "Content and files of all messages of this user are deleted (`deleted.by` is `erasure`), also of those that are sent while the erasure runs, as are the reasons that the user gave as an owner for a change of status and the notes of the user's reports. Places, times and the other side's messages stay, and so does the evidence of reports until they are closed. The work goes on in the background: `GET …/data/erasure` returns the state, and `chat.user_erased` follows at the end. Calling again is harmless: the same `id`, and another look for messages. The user need not be known here. The body is ignored.",
      security: asService,
      requestParams: { path: paramsSchema },
      responses: { 202: answer("The erasure runs", erasureAnswerSchema), ...problems(["validation_failed"]) },
    },
  },
  "/api/chat/user/{userId}/data/erasure": {
    get: {
      operationId: "getErasure",
      tags: ["Booking service"],
      summary: "The state of a user's erasure",
      security: asService,
      requestParams: { path: paramsSchema },
      responses: {
        200: answer("The erasure", erasureAnswerSchema),
        ...problems(["validation_failed", "not_found"]),
      },
    },
  },
};

export const userData = { routes, paths: () => paths };
