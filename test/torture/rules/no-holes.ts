import type { Logs } from "./logs.ts";

/** (b) The seqs of a chat are 1, 2, 3 … to the end. */
export const noHoles = (logs: Logs): string[] =>
  logs.chatIds.flatMap((chatId) => {
    const wrong = logs.of(chatId).findIndex(({ seq }, index) => seq !== index + 1);
    return wrong === -1 ? [] : [`${chatId}: entry ${wrong + 1} has seq ${logs.of(chatId)[wrong]?.seq}`];
  });
