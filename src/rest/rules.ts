import type { ZodOpenApiPathsObject } from "zod-openapi";
import { type Rules, rulesSchema } from "../contract/rules.ts";
import { answer, problems } from "./docs/openapi-parts.ts";
import type { Routes } from "./request/routes.ts";

/** The rules of this installation, for anyone. */
const routes = (parts: { rules: Rules }): Routes => ({
  "/rules": { GET: [(_req, res) => void res.json(parts.rules)] },
});

const paths: ZodOpenApiPathsObject = {
  "/api/chat/rules": {
    get: {
      operationId: "getRules",
      tags: ["Service"],
      summary: "What a client may do here",
      description:
        "The sizes, types, windows and limits of this installation, so that a client need not guess them. They change only with a restart. A socket gets the same in `welcome`.",
      security: [],
      responses: { 200: answer("The rules", rulesSchema), ...problems(["rate_limited", "internal"], []) },
    },
  },
};

export const rules = { routes, paths: () => paths };
