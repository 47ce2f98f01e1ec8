import { changeIn } from "../../../src/chat/log/changes.ts";
import type { Entry } from "../../../src/chat/log/entry.ts";
import type { Dump } from "../dump.ts";
import type { History } from "../history.ts";

/** The final logs, by chat; each sorted by seq. */
export type Logs = {
  chatIds: string[];
  of: (chatId: string) => readonly Entry[];
  at: (chatId: string, seq: number) => Entry | undefined;
  /** Every entry with this content; contents are nobody else's. */
  withContent: (content: string) => readonly Entry[];
  /** The text with which an entry was sent, though it was changed since. */
  sentAs: (entry: Entry) => string;
  /** Every text that an entry may have shown: as it was sent, edited and deleted. */
  textsAt: (chatId: string, seq: number) => string[];
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

/** The texts with which changed messages were sent, and those that were wished for them later; by chat and seq. */
const textsOf = ({ sends, changes }: Pick<History, "sends" | "changes">) => {
  const sent = new Map<string, string>();
  for (const { chatId, content, attempts } of sends) {
    const ack = attempts.find((attempt) => attempt.outcome === "acked");
    if (ack?.outcome === "acked") sent.set(`${chatId} ${ack.seq}`, content);
  }
  return { sent, wished: group(changes, ({ chatId, seq }) => `${chatId} ${seq}`) };
};

export const logsOf = (
  { entries }: Pick<Dump, "entries">,
  history: Pick<History, "sends" | "changes"> = { sends: [], changes: [] },
): Logs => {
  const { sent, wished } = textsOf(history);
  const sentAs = (entry: Entry): string =>
    entry.changedBy === undefined ? entry.content : (sent.get(`${entry.chatId} ${entry.seq}`) ?? entry.content);
  const byChat = group(entries, ({ chatId }) => chatId);
  for (const log of byChat.values()) log.sort((one, other) => one.seq - other.seq);
  const byPlace = new Map(entries.map((entry) => [`${entry.chatId} ${entry.seq}`, entry]));
  const byContent = group(entries, sentAs);
  const targetOf = (seq: number, entry: Entry | undefined): number => (entry && changeIn(entry)?.target) ?? seq;
  return {
    chatIds: [...byChat.keys()],
    of: (chatId) => byChat.get(chatId) ?? [],
    at: (chatId, seq) => byPlace.get(`${chatId} ${seq}`),
    withContent: (content) => byContent.get(content) ?? [],
    sentAs,
    textsAt: (chatId, seq) => {
      const entry = byPlace.get(`${chatId} ${seq}`);
      const place = `${chatId} ${targetOf(seq, entry)}`;
      const isChanged = entry !== undefined && (entry.changedBy !== undefined || changeIn(entry) !== null);
      if (!isChanged) return entry === undefined ? [] : [entry.content];
      return [
        entry.content,
        sent.get(place) ?? entry.content,
        ...(wished.get(place) ?? []).map(({ content }) => content),
      ];
    },
  };
};

/** A content as it is named in a finding: its first word is its own. */
export const named = (content: string): string => content.split(" ", 1)[0] ?? "";
