import { z } from "zod";
import { backendIdSchema, chatIdSchema } from "../../chat/ids.ts";

/** Typing counts for so long without another word of it. */
export const typingLastsMs = 7_000;

/** Who types, where, and who hears of it. */
export const typistSchema = z.object({ chatId: chatIdSchema, userId: backendIdSchema, toUserId: backendIdSchema });
export type Typist = z.infer<typeof typistSchema>;

/**
 * What nodes say to each other of somebody who types. `from`: the node whose sockets it is about. Null: it is over on
 * every node, since a message was sent or the chat was closed.
 */
export const typingWordSchema = typistSchema.extend({
  isTyping: z.boolean(),
  from: z.string().min(1).max(64).nullable(),
});
export type TypingWord = z.infer<typeof typingWordSchema>;

/** One person in one chat, as the key of a map. */
export const typistKey = ({ chatId, userId }: Pick<Typist, "chatId" | "userId">): string => `${chatId} ${userId}`;
