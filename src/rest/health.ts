import type { ZodOpenApiPathsObject } from "zod-openapi";
import type { Health } from "../chat/ports.ts";
import { healthSchema } from "../contract/rest-calls.ts";
import { answer, problems } from "./docs/openapi-parts.ts";
import type { Routes } from "./request/routes.ts";

/** The service's health, for anyone: 503 only if nothing can be stored. */
const routes = (parts: { health: () => Promise<Health> }): Routes => ({
  "/health": {
    GET: [
      async (_req, res) => {
        const { status, checks } = await parts.health();
        res.status(status === "unavailable" ? 503 : 200).json({ status, checks } satisfies Health);
      },
    ],
  },
});

const paths: ZodOpenApiPathsObject = {
  "/api/chat/health": {
    get: {
      operationId: "getHealth",
      tags: ["Service"],
      summary: "The service's health",
      description:
        "`degraded`: Redis or Kafka is away or refuses commands, chat works. `unavailable`: nothing can be stored.",
      security: [],
      responses: {
        200: answer("It works", healthSchema),
        503: answer("It cannot store anything", healthSchema),
        ...problems(["rate_limited", "internal"], []),
      },
    },
  },
};

export const health = { routes, paths: () => paths };
