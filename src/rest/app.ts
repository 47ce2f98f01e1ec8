import express, { type Express, Router } from "express";
import type { VerifyToken } from "../caller/tokens.ts";
import type { Acts } from "../chat/acts/create-acts.ts";
import type { Clock, Health } from "../chat/ports.ts";
import type { AsyncApiDocument } from "../contract/documents/asyncapi.ts";
import { messageBodySchema } from "../contract/message.ts";
import type { Rules } from "../contract/rules.ts";
import type { Logger } from "../process/logger.ts";
import { docsRoutes } from "./docs/docs.ts";
import { createOpenApi } from "./docs/openapi.ts";
import { createAnswerErrors, refuseUnknown } from "./request/answer-errors.ts";
import { createIdentify } from "./request/identify.ts";
import { limitByAddress, limitByCaller, type RequestLimits } from "./request/limit-requests.ts";
import { createLogRequests } from "./request/log-requests.ts";
import { createObserveRequests, type RestMetrics } from "./request/observe-requests.ts";
import { apiHeaders, createCors, noStore } from "./request/protect.ts";
import { requestIds } from "./request/request-id.ts";
import { addRoutes } from "./request/routes.ts";
import { callerResources, publicResources, type ResourceParts } from "./resources.ts";

export type RestParts = {
  verifyToken: VerifyToken;
  internalApiKeys: readonly string[];
  /** Origins whose pages may call, or patterns of them, or `*`. */
  corsOrigins: readonly (string | RegExp)[];
  attachmentHosts: readonly string[];
  /** How many proxies in front of us add to X-Forwarded-For. */
  trustedProxies: number;
  /** `sends` takes one of the user's sends, which REST and sockets share. @throws ChatError `rate_limited` */
  limits: RequestLimits & { sends: (userId: string) => Promise<void> };
  acts: Acts;
  /** The largest file that may be uploaded. */
  mostUploadBytes?: number | undefined;
  /** Refuses the older tokens of a user. */
  revoke: (userId: string) => Promise<Date>;
  health: () => Promise<Health>;
  rules: Rules;
  asyncapi: AsyncApiDocument;
  /** Socket.IO's client for browsers, for the console in the documents. */
  socketClientFile: string;
  logger: Logger;
  now: Clock;
  metrics?: RestMetrics | undefined;
};

/** Calls without a token or a key, counted by address. */
const publicRouter = (parts: RestParts, resourceParts: ResourceParts): Router => {
  const router = Router({ caseSensitive: true });
  for (const { routes } of publicResources) addRoutes(router, routes(resourceParts), [limitByAddress(parts)]);
  const openapi = createOpenApi(resourceParts);
  addRoutes(router, docsRoutes({ ...parts, openapi }), [limitByAddress(parts)]);
  return router;
};

/** Calls with a token or a key. */
const callerRouter = (parts: RestParts, resourceParts: ResourceParts): Router => {
  const router = Router({ caseSensitive: true });
  router.use(createIdentify(parts), limitByCaller(parts));
  for (const { routes } of callerResources) addRoutes(router, routes(resourceParts));
  router.use(refuseUnknown);
  return router;
};

/**
 * The REST edge as an express app: `http.createServer(createRestApp(parts))`. Every answer that is not a success is a
 * problem (RFC 9457) from the one table of errors.
 *
 *     id → log → headers → identify → count → route → authorize → body → parse → act → answer
 */
export const createRestApp = (parts: RestParts): Express => {
  const { acts, revoke, mostUploadBytes, health, rules, limits, now } = parts;
  const messageBody = messageBodySchema(parts.attachmentHosts);
  const resourceParts: ResourceParts = {
    acts,
    revoke,
    messageBody,
    mostUploadBytes,
    limitSends: limits.sends,
    health,
    rules,
    now,
  };
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("query parser", "simple");
  // A proxy that blocks /api/chat/initiate for the public then blocks it in every spelling.
  app.enable("case sensitive routing");
  app.use(
    requestIds,
    createLogRequests(parts),
    createObserveRequests(parts),
    apiHeaders,
    ...createCors(parts),
    noStore,
  );
  app.use("/api/chat", publicRouter(parts, resourceParts), callerRouter(parts, resourceParts));
  app.use(limitByAddress(parts), refuseUnknown, createAnswerErrors(parts));
  return app;
};
