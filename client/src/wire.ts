// What goes over the wire, from the service's own contract. Types alone: nothing of it is in the package's code.

export type { Chat, Inbox as InboxPage, Mark, Receipt, UserMark } from "../../src/contract/chat.ts";
export type { Answers, ClientEvent, ClientEvents } from "../../src/contract/client-events.ts";
export type { Problem, WireError } from "../../src/contract/failures.ts";
export type {
  Attachment,
  LinkedAttachment,
  Message,
  MessagePage,
  SystemNote,
  UploadedAttachment,
} from "../../src/contract/message.ts";
export type { ReportBody } from "../../src/contract/reports.ts";
export type { UploadBegun } from "../../src/contract/rest-calls.ts";
export type { Rules } from "../../src/contract/rules.ts";
export type { ServerEvents } from "../../src/contract/server-events.ts";

import type { ReportBody } from "../../src/contract/reports.ts";
export type ReportReason = ReportBody["reason"];
