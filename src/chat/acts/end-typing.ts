import type { Broadcast, ChatFacts } from "../ports.ts";
import { otherRole, type Participants, type Role, userOf } from "../roles.ts";

/** Nobody types in a chat in which nobody may write. Who was typing is not known here, so it is said of both. */
export const endTyping = (broadcast: Broadcast, chatId: string, { ownerId, seekerId }: Participants): void => {
  broadcast.typingEnded({ chatId, userId: ownerId, toUserId: seekerId });
  broadcast.typingEnded({ chatId, userId: seekerId, toUserId: ownerId });
};

/** One of the two types no more. */
export const endTypingOf = (
  broadcast: Pick<Broadcast, "typingEnded">,
  { id, participants }: Pick<ChatFacts, "id" | "participants">,
  role: Role,
): void => {
  const [userId, toUserId] = [userOf(participants, role), userOf(participants, otherRole[role])];
  broadcast.typingEnded({ chatId: id, userId, toUserId });
};
