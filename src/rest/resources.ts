import type { ZodOpenApiPathsObject } from "zod-openapi";
import type { Acts } from "../chat/acts/create-acts.ts";
import type { Clock, Health } from "../chat/ports.ts";
import type { messageBodySchema } from "../contract/message.ts";
import type { Rules } from "../contract/rules.ts";
import { chats } from "./chats.ts";
import { health } from "./health.ts";
import { initiate } from "./initiate.ts";
import { messageChanges } from "./message-changes.ts";
import { messages } from "./messages.ts";
import { mute } from "./mute.ts";
import { readMarks } from "./read-marks.ts";
import { reports } from "./reports.ts";
import type { Routes } from "./request/routes.ts";
import { revoke } from "./revoke.ts";
import { rules } from "./rules.ts";
import { userData } from "./service/user-data.ts";
import { status } from "./status.ts";
import { attachments } from "./uploads/attachments.ts";
import { verdicts } from "./uploads/verdicts.ts";

/** What both the routes and the document need, since it depends on the settings. */
export type PathParts = { messageBody: ReturnType<typeof messageBodySchema>; mostUploadBytes?: number | undefined };

export type ResourceParts = PathParts & {
  acts: Acts;
  /** Refuses the older tokens of a user. @throws ChatError `unavailable` */
  revoke: (userId: string) => Promise<Date>;
  /** Takes one of the sends that the user has left. @throws ChatError `rate_limited` */
  limitSends: (userId: string) => Promise<void>;
  health: () => Promise<Health>;
  rules: Rules;
  now: Clock;
};

/** One file of this folder: its routes, and its part of the OpenAPI document. */
type Resource = { routes: (parts: ResourceParts) => Routes; paths: (parts: PathParts) => ZodOpenApiPathsObject };

/** Calls without a token or a key. */
export const publicResources: readonly Resource[] = [health, rules];

/** Calls with a token or a key. Paths with a fixed name come before those with a chat's id. */
export const callerResources: readonly Resource[] = [
  initiate,
  reports,
  revoke,
  userData,
  verdicts,
  chats,
  messages,
  messageChanges,
  attachments,
  readMarks,
  mute,
  status,
];
