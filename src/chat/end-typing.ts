import type { Participants } from "./chat.ts";
import type { Broadcast } from "./ports.ts";

/** Nobody types in a chat in which nobody may write. Who was typing is not known here, so it is said of both. */
export const endTyping = (broadcast: Broadcast, chatId: string, { ownerId, seekerId }: Participants): void => {
  broadcast.typing({ chatId, userId: ownerId, isTyping: false }, seekerId);
  broadcast.typing({ chatId, userId: seekerId, isTyping: false }, ownerId);
};
