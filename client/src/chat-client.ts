export { createChatClient } from "./client.ts";
export type { ChatError } from "./errors.ts";
export type * from "./types.ts";
export type {
  Attachment,
  Chat,
  LinkedAttachment,
  Mark,
  Message,
  ReportReason,
  Rules,
  SystemNote,
  UploadedAttachment,
} from "./wire.ts";
