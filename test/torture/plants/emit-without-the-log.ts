import { toMessage } from "../../../src/chat/message.ts";
import type { createSendMessage as Original } from "../../../src/chat/send-message.ts";
import { createSendMessage as original } from "../../../src/chat/send-message.ts";
import { replaceModule } from "./replace-module.ts";

// Planted: everybody is told of a message when its place was decided, whether or not the log takes it there.
replaceModule("src/chat/send-message.ts", import.meta.url);

export const createSendMessage: typeof Original = (parts) => {
  let count = 0;
  const append: typeof parts.log.append = (chatId, decide) =>
    parts.log.append(chatId, (head) => {
      const decision = decide(head);
      if (decision !== "nothing" && "append" in decision) {
        count += 1;
        const id = count.toString(16).padStart(24, "0");
        const entry = { ...decision.append, id, chatId, seq: head.seq + 1, createdAt: new Date() };
        parts.broadcast.messageReceived(toMessage(entry));
      }
      return decision;
    });
  return original({ ...parts, log: { ...parts.log, append } });
};
