import { z } from "zod";
import type { ZodOpenApiPathsObject } from "zod-openapi";
import { backendIdSchema } from "../chat/ids.ts";
import { parse } from "../chat/parse.ts";
import { type RevokeAnswer, revokeAnswerSchema } from "../contract/rest-calls.ts";
import { answer, asService, problems } from "./docs/openapi-parts.ts";
import { needKey } from "./request/identify.ts";
import type { Routes } from "./request/routes.ts";

const paramsSchema = z.object({ userId: backendIdSchema });

/** The main backend takes back the tokens that it gave to a user. */
const routes = (parts: { revoke: (userId: string) => Promise<Date> }): Routes => ({
  "/user/:userId/revoke": {
    POST: [
      needKey,
      async (req, res) => {
        const { userId } = parse(paramsSchema, req.params);
        const revokedAt = await parts.revoke(userId);
        res.json({ revokedAt: revokedAt.toISOString() } satisfies RevokeAnswer);
      },
    ],
  },
});

const paths: ZodOpenApiPathsObject = {
  "/api/chat/user/{userId}/revoke": {
    post: {
      operationId: "revokeUser",
      tags: ["Booking service"],
      summary: "Refuse a user's tokens",
      description:
        "Within a second the user's connections end on every node, and REST calls, handshakes and `authenticate` with a token that was issued before are answered `unauthenticated`. `iat` says when a token was issued, in whole seconds: tokens of the second of `revokedAt` are refused as well, those of the next second are accepted. A token without `iat` counts as issued before. Calling again moves the time forward. The user need not be known here. The body is ignored.",
      security: asService,
      requestParams: { path: paramsSchema },
      responses: {
        200: answer("The user is revoked", revokeAnswerSchema),
        ...problems(["validation_failed"]),
      },
    },
  },
};

export const revoke = { routes, paths: () => paths };
