import express, { type Express, Router } from "express";
import type { VerifyToken } from "../caller/tokens.ts";
import type { ApplyBookingEvent } from "../chat/acts/apply-booking-event.ts";
import type { ChangeStatus } from "../chat/acts/change-status.ts";
import type { MarkRead } from "../chat/acts/mark-read.ts";
import type { ReadChats } from "../chat/acts/read-messages.ts";
import type { SendMessage } from "../chat/acts/send-message.ts";
import type { UploadActs } from "../chat/acts/uploads/create-upload-acts.ts";
import type { Clock, Health } from "../chat/ports.ts";
import type { AsyncApiDocument } from "../contract/documents/asyncapi.ts";
import { messageBodySchema } from "../contract/message.ts";
import type { Logger } from "../process/logger.ts";
import { attachmentRoutes } from "./attachments.ts";
import { chatRoutes, inboxRoutes } from "./chats.ts";
import { docsRoutes } from "./docs/docs.ts";
import { createOpenApi } from "./docs/openapi.ts";
import { healthRoutes } from "./health.ts";
import { initiateRoutes } from "./initiate.ts";
import { messageRoutes } from "./messages.ts";
import { readRoutes } from "./read-marks.ts";
import { createAnswerErrors, refuseUnknown } from "./request/answer-errors.ts";
import { createIdentify } from "./request/identify.ts";
import { limitByAddress, limitByCaller, type RequestLimits } from "./request/limit-requests.ts";
import { createLogRequests } from "./request/log-requests.ts";
import { createObserveRequests, type RestMetrics } from "./request/observe-requests.ts";
import { apiHeaders, createCors, noStore } from "./request/protect.ts";
import { requestIds } from "./request/request-id.ts";
import { addRoutes } from "./request/routes.ts";
import { statusRoutes } from "./status.ts";

export type RestParts = {
  verifyToken: VerifyToken;
  internalApiKeys: readonly string[];
  /** Origins whose pages may call, or `*`. */
  corsOrigins: readonly string[];
  attachmentHosts: readonly string[];
  /** How many proxies in front of us add to X-Forwarded-For. */
  trustedProxies: number;
  /** `sends` takes one of the user's sends, which REST and sockets share. @throws ChatError `rate_limited` */
  limits: RequestLimits & { sends: (userId: string) => Promise<void> };
  readChats: Pick<ReadChats, "messages" | "chat" | "inbox">;
  sendMessage: SendMessage;
  markRead: MarkRead;
  changeStatus: ChangeStatus;
  applyBookingEvent: ApplyBookingEvent;
  /** Null where nobody can upload. */
  uploads: UploadActs | null;
  /** The largest file that may be uploaded. */
  mostUploadBytes?: number | undefined;
  health: () => Promise<Health>;
  asyncapi: AsyncApiDocument;
  logger: Logger;
  now: Clock;
  metrics?: RestMetrics | undefined;
};

/** Calls without a token or a key, counted by address. */
const publicRouter = (parts: RestParts, schema: ReturnType<typeof messageBodySchema>): Router => {
  const router = Router({ caseSensitive: true });
  addRoutes(router, healthRoutes(parts), [limitByAddress(parts)]);
  const openapi = createOpenApi({ messageBody: schema, mostUploadBytes: parts.mostUploadBytes });
  addRoutes(router, docsRoutes({ openapi, asyncapi: parts.asyncapi }), [limitByAddress(parts)]);
  return router;
};

/** Calls with a token or a key. Paths with a fixed name come before those with a chat's id. */
const callerRouter = (parts: RestParts, schema: ReturnType<typeof messageBodySchema>): Router => {
  const router = Router({ caseSensitive: true });
  router.use(createIdentify(parts), limitByCaller(parts));
  addRoutes(router, initiateRoutes(parts));
  addRoutes(router, inboxRoutes(parts));
  addRoutes(router, messageRoutes({ ...parts, limitSends: parts.limits.sends, schema }));
  addRoutes(router, attachmentRoutes({ ...parts, limitSends: parts.limits.sends }));
  addRoutes(router, readRoutes(parts));
  addRoutes(router, statusRoutes({ ...parts, limitSends: parts.limits.sends }));
  addRoutes(router, chatRoutes(parts));
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
  const schema = messageBodySchema(parts.attachmentHosts);
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
  app.use("/api/chat", publicRouter(parts, schema), callerRouter(parts, schema));
  app.use(limitByAddress(parts), refuseUnknown, createAnswerErrors(parts));
  return app;
};
