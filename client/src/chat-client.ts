import { Client } from "./client.ts";
import type { ChatClient, ChatClientOptions } from "./types.ts";

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

/** One person's chats. Nothing is opened before somebody subscribes, opens a chat, sends or calls `connect`. */
export const createChatClient = (options: ChatClientOptions): ChatClient => new Client(options);
