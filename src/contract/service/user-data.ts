import { z } from "zod";
import { backendIdSchema, chatIdSchema } from "../../chat/ids.ts";
import { reportReasons, reportStatuses } from "../../chat/reports.ts";
import { chatStatusSchema } from "../../chat/status.ts";
import type { Erasure as OwnErasure } from "../../chat/user-data/erasure.ts";
import { markSchema } from "../chat.ts";
import { placeSchema, reasonSchema, shownTimeSchema } from "../fields.ts";
import { entrySeqSchema, messageSchema } from "../message.ts";
import { wireSchema } from "../wire-schema.ts";

/** The erasure of all that a user sent, as the service sees it. */
export type Erasure = {
  id: string;
  state: "running" | "done";
  erased: number;
  requestedAt: string;
  finishedAt?: string;
};
export type ErasureAnswer = { erasure: Erasure };
/** @internal */
export const erasureAnswerSchema = wireSchema<ErasureAnswer>()(
  z.object({
    erasure: z
      .object({
        id: chatIdSchema.meta({ description: "The same for every request of this user" }),
        state: z.enum(["running", "done"]),
        erased: z.int().min(0).meta({ description: "How many messages have been deleted so far" }),
        requestedAt: shownTimeSchema,
        finishedAt: z.exactOptional(shownTimeSchema).meta({ description: "Left out while it is running" }),
      })
      .meta({ id: "Erasure" }),
  }),
);

export const toErasure = ({ id, state, erased, requestedAt, finishedAt }: OwnErasure): Erasure => ({
  id,
  state,
  erased,
  requestedAt: requestedAt.toISOString(),
  ...(finishedAt && { finishedAt: finishedAt.toISOString() }),
});

const roleSchema = z.enum(["owner", "seeker"]);
const countSchema = z.int().min(0);
const times = { createdAt: shownTimeSchema, updatedAt: shownTimeSchema };

/**
 * A line of an export: one JSON value. `user` comes first and `end` last: without `end` the export is not complete.
 * @internal
 */
export const exportLineSchema = z
  .discriminatedUnion("kind", [
    z.object({ kind: z.literal("user"), userId: backendIdSchema, exportedAt: shownTimeSchema }),
    z.object({
      kind: z.literal("chat"),
      id: chatIdSchema,
      bookingId: backendIdSchema,
      role: roleSchema,
      status: chatStatusSchema,
      statusReason: reasonSchema.nullable(),
      lastSeq: placeSchema,
      ...times,
    }),
    z.object({ kind: z.literal("message"), ...messageSchema.shape }),
    z.object({
      kind: z.literal("received"),
      senderRole: z.enum(["owner", "seeker", "service"]),
      ...messageSchema.omit({ senderId: true, clientMessageId: true }).shape,
    }),
    z.object({
      kind: z.literal("marks"),
      chatId: chatIdSchema,
      read: markSchema,
      delivered: markSchema,
      mutedUntil: shownTimeSchema.nullable(),
    }),
    z.object({
      kind: z.literal("report"),
      id: chatIdSchema,
      chatId: chatIdSchema,
      seq: entrySeqSchema.nullable(),
      reason: z.enum(reportReasons),
      note: z.string().nullable(),
      status: z.enum(reportStatuses),
      createdAt: shownTimeSchema,
    }),
    z.object({
      kind: z.literal("end"),
      chats: countSchema,
      messages: countSchema,
      received: countSchema,
      reports: countSchema,
    }),
  ])
  .meta({ id: "ExportLine", description: "One line; `user` comes first and `end` last" });
