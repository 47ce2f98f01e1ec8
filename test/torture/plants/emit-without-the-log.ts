import type { createSendMessage as OriginalSend } from "../../../src/chat/acts/send-message.ts";
import { createSendMessage as originalSend } from "../../../src/chat/acts/send-message.ts";
import { toMessage } from "../../../src/chat/log/entry.ts";
import type { Broadcast } from "../../../src/chat/ports.ts";
import type { createWriteEntries as OriginalWrite } from "../../../src/store/append/write-entries.ts";
import { createWriteEntries as originalWrite } from "../../../src/store/append/write-entries.ts";
import { replaceModule } from "./replace-module.ts";

// Planted: everybody is told of a message when its write begins, whether or not the log takes it.
replaceModule("src/chat/acts/send-message.ts", import.meta.url);
replaceModule("src/store/append/write-entries.ts", import.meta.url);

let broadcast: Pick<Broadcast, "messageReceived"> | undefined;

export const createSendMessage: typeof OriginalSend = (parts) => {
  broadcast = parts.broadcast;
  return originalSend(parts);
};

export const createWriteEntries: typeof OriginalWrite = (...parts) => {
  const write = originalWrite(...parts);
  return (entries, options) => {
    for (const entry of entries) if (entry.senderId !== null) broadcast?.messageReceived(toMessage(entry));
    return write(entries, options);
  };
};
