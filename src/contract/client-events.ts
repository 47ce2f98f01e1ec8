import { z } from "zod";
import { defaultPageSize, pageSizeSchema, seqSchema } from "../chat/acts/read-messages.ts";
import { chatIdSchema } from "../chat/ids.ts";
import { newMessageShapes } from "../chat/log/new-message.ts";
import { type OpenedChat, openedChatSchema, type UserMark, userMarkSchema } from "./chat.ts";
import type { Asked } from "./documents/asyncapi.ts";
import { type Refusal, refusalSchema } from "./failures.ts";
import { timeSchema } from "./fields.ts";
import { editBodySchema, entrySeqSchema, type Message, type MessageBody, messageSchema } from "./message.ts";
import { wireSchema } from "./wire-schema.ts";

const chatId = chatIdSchema.toLowerCase();

/** `afterSeq`: the entries after this one; if left out, the newest ones. At most `limit` of them. */
export type JoinChatPayload = { chatId: string; afterSeq?: number | undefined; limit?: number | undefined };
const joinSchema = wireSchema<JoinChatPayload>()(
  z.object({ chatId, afterSeq: seqSchema.optional(), limit: pageSizeSchema.default(defaultPageSize) }),
);

export type LeaveChatPayload = { chatId: string };
const leaveSchema = wireSchema<LeaveChatPayload>()(z.object({ chatId }));

export type SendMessagePayload = { chatId: string } & MessageBody;
const sendSchema = (attachmentHosts: readonly string[]) => {
  const { text, image, file } = newMessageShapes(attachmentHosts);
  return wireSchema<SendMessagePayload>()(
    z.discriminatedUnion("type", [text.extend({ chatId }), image.extend({ chatId }), file.extend({ chatId })]),
  );
};

export type EditMessagePayload = { chatId: string; seq: number; content: string; clientMessageId?: string | undefined };
const editSchema = wireSchema<EditMessagePayload>()(editBodySchema.extend({ chatId, seq: entrySeqSchema }));

export type DeleteMessagePayload = { chatId: string; seq: number };
const deleteSchema = wireSchema<DeleteMessagePayload>()(z.object({ chatId, seq: entrySeqSchema }));

export type MarkReadPayload = { chatId: string; seq?: number | undefined };
const markReadSchema = wireSchema<MarkReadPayload>()(z.object({ chatId, seq: seqSchema.optional() }));

export type MarkDeliveredPayload = { chatId: string; seq: number };
const markDeliveredSchema = wireSchema<MarkDeliveredPayload>()(z.object({ chatId, seq: seqSchema }));

export type TypingPayload = { chatId: string; isTyping: boolean };
const typingSchema = wireSchema<TypingPayload>()(z.object({ chatId, isTyping: z.boolean() }));

export type AuthenticatePayload = { token: string };
const authenticateSchema = wireSchema<AuthenticatePayload>()(z.object({ token: z.string() }));

/** What clients send over Socket.IO, by event. Instead of an object with only a chat id, the bare id works too. */
export type ClientEvents = {
  join_chat: JoinChatPayload | string;
  leave_chat: LeaveChatPayload | string;
  send_message: SendMessagePayload;
  edit_message: EditMessagePayload;
  delete_message: DeleteMessagePayload;
  mark_read: MarkReadPayload;
  mark_delivered: MarkDeliveredPayload;
  typing: TypingPayload;
  authenticate: AuthenticatePayload;
};
export type ClientEvent = keyof ClientEvents;

/** The fields beside `ok: true` in the ack of each event. */
export type Answers = {
  join_chat: OpenedChat;
  leave_chat: object;
  send_message: { message: Message };
  edit_message: { message: Message };
  delete_message: { message: Message };
  mark_read: { read: UserMark };
  mark_delivered: { delivered: UserMark };
  typing: object;
  authenticate: { expiresAt: string };
};
export type Answer<E extends ClientEvent> = ({ ok: true } & Answers[E]) | Refusal;

export type ClientToServerEvents = {
  [E in ClientEvent]: (payload: ClientEvents[E], ack?: (answer: Answer<E>) => void) => void;
};

const orBareId = <S extends z.ZodType>(schema: S) =>
  z.preprocess((input) => (typeof input === "string" ? { chatId: input } : input), schema);

/**
 * The schemas that parse the payloads.
 * @internal
 */
export const clientEventSchemas = (attachmentHosts: readonly string[]) =>
  ({
    join_chat: orBareId(joinSchema),
    leave_chat: orBareId(leaveSchema),
    send_message: sendSchema(attachmentHosts),
    edit_message: editSchema,
    delete_message: deleteSchema,
    mark_read: markReadSchema,
    mark_delivered: markDeliveredSchema,
    typing: typingSchema,
    authenticate: authenticateSchema,
  }) satisfies Record<ClientEvent, z.ZodType>;
/** @internal */
export type ClientEventSchemas = ReturnType<typeof clientEventSchemas>;
/**
 * A payload after it was parsed.
 * @internal
 */
export type ParsedPayload<E extends ClientEvent> = z.output<ClientEventSchemas[E]>;

// JSON Schema does not show the preprocess that accepts a bare id.
const withBareId = (schema: z.ZodType) => z.union([schema, chatIdSchema.meta({ description: "The chat's id alone" })]);

const exampleId = "65f0c0ffee0000000000c0de";

const ack = <S extends z.core.$ZodLooseShape>(shape: S) =>
  z.union([z.object({ ok: z.literal(true), ...shape }), refusalSchema]);

/** @internal */
export const describeClientEvents = (attachmentHosts: readonly string[]) =>
  ({
    join_chat: {
      summary: "Join a chat and get its entries after `afterSeq`, or the newest. Later ones come as `receive_message`.",
      schema: withBareId(joinSchema),
      answer: wireSchema<Answer<"join_chat">>()(ack(openedChatSchema.shape)),
      example: { chatId: exampleId, afterSeq: 0 },
    },
    leave_chat: {
      summary: "Leave a chat.",
      schema: withBareId(leaveSchema),
      answer: wireSchema<Answer<"leave_chat">>()(ack({})),
      example: { chatId: exampleId },
    },
    send_message: {
      summary: "Send a message. Repeat it with the same `clientMessageId` until it is acked: it is stored once.",
      schema: sendSchema(attachmentHosts),
      answer: wireSchema<Answer<"send_message">>()(ack({ message: messageSchema })),
      example: { chatId: exampleId, type: "text", content: "Hello!", clientMessageId: "my-own-id-1" },
    },
    edit_message: {
      summary:
        "Change the text or the caption of an own message. The chat gets an entry that says so, and `message_changed`. Repeat it with the same `clientMessageId` until it is acked.",
      schema: editSchema,
      answer: wireSchema<Answer<"edit_message">>()(ack({ message: messageSchema })),
      example: { chatId: exampleId, seq: 2, content: "Hello again!", clientMessageId: "my-own-id-2" },
    },
    delete_message: {
      summary:
        "Delete an own message: its place stays. The chat gets an entry that says so, and `message_changed`. Deleting it again is answered the same.",
      schema: deleteSchema,
      answer: wireSchema<Answer<"delete_message">>()(ack({ message: messageSchema })),
      example: { chatId: exampleId, seq: 2 },
    },
    mark_read: {
      summary: "The user has read everything up to `seq`; if it is left out, everything.",
      schema: markReadSchema,
      answer: wireSchema<Answer<"mark_read">>()(ack({ read: userMarkSchema })),
      example: { chatId: exampleId, seq: 2 },
    },
    mark_delivered: {
      summary: "Everything up to `seq` has reached this device.",
      schema: markDeliveredSchema,
      answer: wireSchema<Answer<"mark_delivered">>()(ack({ delivered: userMarkSchema })),
      example: { chatId: exampleId, seq: 2 },
    },
    typing: {
      summary:
        "The user types, or stopped. Typing ends by itself after 7 s. The devices of one user count together: typing ends when the last of them stops, and when the user sends a message.",
      schema: typingSchema,
      answer: wireSchema<Answer<"typing">>()(ack({})),
      example: { chatId: exampleId, isTyping: true },
    },
    authenticate: {
      summary: "Send a newer token of the same user: the connection stays open when the first token expires.",
      schema: authenticateSchema,
      answer: wireSchema<Answer<"authenticate">>()(ack({ expiresAt: timeSchema })),
      example: { token: "eyJhbGciOiJIUzI1NiJ9…" },
    },
  }) satisfies { [E in ClientEvent]: Asked & { example: ClientEvents[E] } };
