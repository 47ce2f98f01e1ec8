import type { Broadcast, ChatFacts } from "../ports.ts";
import { otherRole, type Participants, type Role, userOf } from "../roles.ts";

/** Ends typing in a chat in which nobody may write any more. Who was typing is unknown here, so both are ended. */
export const endTyping = (broadcast: Broadcast, chatId: string, { ownerId, seekerId }: Participants): void => {
  broadcast.typingEnded({ chatId, userId: ownerId, toUserId: seekerId });
  broadcast.typingEnded({ chatId, userId: seekerId, toUserId: ownerId });
};

/** Ends the typing of one of the two. */
export const endTypingOf = (
  broadcast: Pick<Broadcast, "typingEnded">,
  { id, participants }: Pick<ChatFacts, "id" | "participants">,
  role: Role,
): void => {
  const [userId, toUserId] = [userOf(participants, role), userOf(participants, otherRole[role])];
  broadcast.typingEnded({ chatId: id, userId, toUserId });
};
