import { z } from "zod";
import { approvedSchema } from "../chat/acts/booking-event.ts";
import { statusChangeSchema } from "../chat/acts/change-status.ts";
import { muteSchema } from "../chat/acts/mute.ts";
import { defaultPageSize, inboxQuerySchema, pageSizeSchema, seqSchema } from "../chat/acts/read-messages.ts";
import {
  newUploadSchema,
  type ReadableFile,
  type UploadBegun,
  type UploadedFile,
  uploadedFileSchema,
} from "../chat/log/uploaded-file.ts";
import type { Health } from "../chat/ports.ts";
import type { ChatStatus } from "../chat/status.ts";
import { type Chat, chatSchema, type UserMark, userMarkSchema } from "./chat.ts";
import { shownTimeSchema } from "./fields.ts";
import { type Message, messageSchema } from "./message.ts";
import { wireSchema } from "./wire-schema.ts";

export type { Health } from "../chat/ports.ts";

type Id = string | number;

/** The body of `POST /initiate`. */
export type InitiateBody = {
  bookingId: Id;
  ownerId: Id;
  seekerId: Id;
  occurredAt?: string | null | undefined;
  eventId?: Id | null | undefined;
  reason?: string | null | undefined;
};
/** @internal */
export const initiateBodySchema = wireSchema<InitiateBody>()(approvedSchema);

/** The body of `PUT /:chatId/status`. */
export type StatusBody = { status: ChatStatus; reason?: string | undefined };
/** @internal */
export const statusBodySchema = wireSchema<StatusBody>()(statusChangeSchema);

/** The body of `PUT /:chatId/read`. */
export type ReadBody = { seq?: number | undefined };
/** @internal */
export const readBodySchema = wireSchema<ReadBody>()(
  z.object({
    seq: seqSchema.optional().meta({ description: "Read up to this seq; if left out, everything" }),
  }),
);

/** The body of `PUT /:chatId/mute`. */
export type MuteBody = { until: string | null };
/** @internal */
export const muteBodySchema = wireSchema<MuteBody>()(muteSchema);

/** The query of `GET /user/:userId`. */
export type InboxParams = { status?: ChatStatus | undefined; limit?: number | undefined; cursor?: string | undefined };
/** @internal */
export const inboxParamsSchema = wireSchema<InboxParams>()(inboxQuerySchema);

/** The query of `GET /:chatId/messages`: the newest ones, or those before or after a seq. */
export type PageParams = { before?: number | undefined; after?: number | undefined; limit?: number | undefined };
/** @internal */
export const pageParamsSchema = wireSchema<PageParams>()(
  z.object({
    before: seqSchema.optional().meta({ description: "Only entries with a smaller seq: the page that ends there" }),
    after: seqSchema.optional().meta({ description: "Only entries with a greater seq: the page that begins there" }),
    limit: pageSizeSchema.default(defaultPageSize),
  }),
);

export type ChatAnswer = { chat: Chat };
/** @internal */
export const chatAnswerSchema = wireSchema<ChatAnswer>()(z.object({ chat: chatSchema }).meta({ id: "ChatAnswer" }));

export type MessageAnswer = { message: Message };
/** @internal */
export const messageAnswerSchema = wireSchema<MessageAnswer>()(
  z.object({ message: messageSchema }).meta({ id: "MessageAnswer" }),
);

export type ReadAnswer = { read: UserMark };
/** @internal */
export const readAnswerSchema = wireSchema<ReadAnswer>()(z.object({ read: userMarkSchema }).meta({ id: "ReadAnswer" }));

/** The body of `POST /:chatId/attachments`. */
export type UploadBody = {
  name: string;
  mimeType: string;
  size: number;
  width?: number | undefined;
  height?: number | undefined;
};
/** @internal */
export const uploadBodySchema = (maxBytes: number) => wireSchema<UploadBody>()(newUploadSchema(maxBytes));

/** @internal */
export const uploadBegunSchema = wireSchema<UploadBegun>()(
  z
    .object({
      attachment: uploadedFileSchema,
      upload: z
        .object({
          method: z.literal("PUT"),
          url: z.string().meta({ format: "uri" }),
          headers: z.record(z.string(), z.string()),
          expiresAt: shownTimeSchema,
        })
        .meta({ description: "The request that uploads the file: with these headers, and the file alone as its body" }),
    })
    .meta({ id: "UploadBegun" }),
);

/** The body of `PUT /attachments/:attachmentId/verdict`. */
export type VerdictBody = { verdict: "clean" | "infected" };
/** @internal */
export const verdictBodySchema = wireSchema<VerdictBody>()(z.object({ verdict: z.enum(["clean", "infected"]) }));

export type { ReadableFile, UploadBegun } from "../chat/log/uploaded-file.ts";
export type AttachmentAnswer = { attachment: UploadedFile };
/** @internal */
export const attachmentAnswerSchema = wireSchema<AttachmentAnswer>()(
  z.object({ attachment: uploadedFileSchema }).meta({ id: "AttachmentAnswer" }),
);

/** @internal */
export const readableFileSchema = wireSchema<ReadableFile>()(
  z
    .object({
      attachment: uploadedFileSchema,
      url: z.string().meta({ format: "uri", description: "Reads the file, until `expiresAt`" }),
      expiresAt: shownTimeSchema,
    })
    .meta({ id: "ReadableFile" }),
);

/** Tokens of the user that were issued in this second or before are refused. */
export type RevokeAnswer = { revokedAt: string };
/** @internal */
export const revokeAnswerSchema = wireSchema<RevokeAnswer>()(
  z.object({ revokedAt: shownTimeSchema }).meta({ id: "RevokeAnswer" }),
);

/** @internal */
export const healthSchema = wireSchema<Health>()(
  z
    .object({
      status: z.enum(["ok", "degraded", "unavailable"]),
      checks: z.object({
        mongodb: z.enum(["up", "down"]),
        redis: z.enum(["up", "down"]),
        kafka: z.enum(["up", "down"]),
      }),
    })
    .meta({ id: "Health" }),
);
