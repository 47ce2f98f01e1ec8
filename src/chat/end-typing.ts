import { otherRole, type Participants, type Role, userOf } from "./chat.ts";
import type { Broadcast, ChatFacts } from "./ports.ts";

/** Nobody types in a chat in which nobody may write. Who was typing is not known here, so it is said of both. */
export const endTyping = (broadcast: Broadcast, chatId: string, { ownerId, seekerId }: Participants): void => {
  broadcast.typing({ chatId, userId: ownerId, isTyping: false }, seekerId);
  broadcast.typing({ chatId, userId: seekerId, isTyping: false }, ownerId);
};

/** One of the two types no more. */
export const endTypingOf = (
  broadcast: Pick<Broadcast, "typing">,
  { id, participants }: Pick<ChatFacts, "id" | "participants">,
  role: Role,
): void => {
  const userId = userOf(participants, role);
  broadcast.typing({ chatId: id, userId, isTyping: false }, userOf(participants, otherRole[role]));
};
