import type { Entry } from "../../../src/chat/log/entry.ts";
import type { Logs } from "./logs.ts";

/** (d) No message after a close until something opens the chat again; and each entry carries the state after it. */
export const closedIsClosed = (logs: Logs): string[] => logs.chatIds.flatMap((chatId) => replay(logs.of(chatId)));

const replay = (log: readonly Entry[]): string[] => {
  let status = "closed";
  return log.flatMap(({ chatId, seq, type, system, state }) => {
    const before = status;
    status = system?.status ?? status;
    const place = `${seq} of ${chatId}`;
    return [
      ...(type !== "system" && before !== "active" ? [`${place} is a message in a chat that was ${before}`] : []),
      ...(state.status !== status ? [`${place} carries the status ${state.status} where it is ${status}`] : []),
    ];
  });
};
