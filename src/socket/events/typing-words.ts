import { z } from "zod";
import { backendIdSchema, chatIdSchema } from "../../chat/ids.ts";

/** How long typing counts if it is not repeated. */
export const typingLastsMs = 7_000;

/** A person that types in a chat; `toUserId` is the person to notify. */
export const typistSchema = z.object({ chatId: chatIdSchema, userId: backendIdSchema, toUserId: backendIdSchema });
export type Typist = z.infer<typeof typistSchema>;

/**
 * A message between nodes about a person who types. `from`: the node with the person's sockets. Null: typing is over on
 * every node, since a message was sent or the chat was closed.
 */
export const typingWordSchema = typistSchema.extend({
  isTyping: z.boolean(),
  from: z.string().min(1).max(64).nullable(),
});
export type TypingWord = z.infer<typeof typingWordSchema>;

/** The key of a map for one person in one chat. */
export const typistKey = ({ chatId, userId }: Pick<Typist, "chatId" | "userId">): string => `${chatId} ${userId}`;
