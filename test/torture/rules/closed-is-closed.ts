import type { Entry } from "../../../src/chat/log/entry.ts";
import type { Logs } from "./logs.ts";

/** (d) No message and no change after a close until something opens the chat again; and each entry carries the state after it. */
export const closedIsClosed = (logs: Logs): string[] => logs.chatIds.flatMap((chatId) => replay(logs.of(chatId)));

/** The service may always; a person edits in an active chat, and deletes while it is not closed. */
const mayChange = (system: Entry["system"], senderId: string | null, status: string): boolean => {
  if (system === undefined || !("target" in system) || senderId === null) return true;
  return system.event === "message_edited" ? status === "active" : status !== "closed";
};

const replay = (log: readonly Entry[]): string[] => {
  let status = "closed";
  return log.flatMap(({ chatId, seq, type, senderId, system, state }) => {
    const before = status;
    if (system && "status" in system) status = system.status;
    const place = `${seq} of ${chatId}`;
    return [
      ...(type !== "system" && before !== "active" ? [`${place} is a message in a chat that was ${before}`] : []),
      ...(mayChange(system, senderId, before) ? [] : [`${place} changes a message in a chat that was ${before}`]),
      ...(state.status !== status ? [`${place} carries the status ${state.status} where it is ${status}`] : []),
    ];
  });
};
