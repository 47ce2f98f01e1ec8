import type { Entry } from "../../../src/chat/log/entry.ts";
import type { Dump } from "../dump.ts";

/** The final logs, by chat; each sorted by seq. */
export type Logs = {
  chatIds: string[];
  of: (chatId: string) => readonly Entry[];
  at: (chatId: string, seq: number) => Entry | undefined;
  /** Every entry with this content; contents are nobody else's. */
  withContent: (content: string) => readonly Entry[];
};

const group = <T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const known = groups.get(key(item));
    if (known) known.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
};

export const logsOf = ({ entries }: Pick<Dump, "entries">): Logs => {
  const byChat = group(entries, ({ chatId }) => chatId);
  for (const log of byChat.values()) log.sort((one, other) => one.seq - other.seq);
  const byPlace = new Map(entries.map((entry) => [`${entry.chatId} ${entry.seq}`, entry]));
  const byContent = group(entries, ({ content }) => content);
  return {
    chatIds: [...byChat.keys()],
    of: (chatId) => byChat.get(chatId) ?? [],
    at: (chatId, seq) => byPlace.get(`${chatId} ${seq}`),
    withContent: (content) => byContent.get(content) ?? [],
  };
};

/** A content as it is named in a finding: its first word is its own. */
export const named = (content: string): string => content.split(" ", 1)[0] ?? "";
