import { changeIn } from "../../../src/chat/log/changes.ts";
import type { Entry } from "../../../src/chat/log/entry.ts";
import type { Dump } from "../dump.ts";
import { digest, type History, type Send } from "../history.ts";

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

type Seen = Pick<History, "sends" | "changes" | "heard">;

const placeOf = ({ chatId, seq }: { chatId: string; seq: number }): string => `${chatId} ${seq}`;

/** The texts with which messages were sent, by place: by their ack, or by the sender's own id. */
const textsByPlace = (entries: Entry[], sends: Send[]): Map<string, string> => {
  const sent = new Map<string, string>();
  for (const { chatId, content, attempts } of sends) {
    const ack = attempts.find((attempt) => attempt.outcome === "acked");
    if (ack?.outcome === "acked") sent.set(placeOf({ chatId, seq: ack.seq }), content);
  }
  const keyOf = (chatId: string, userId: string, key: string): string => `${chatId} ${userId} ${key}`;
  const keyed = new Map(
    sends.flatMap(({ chatId, userId, clientMessageId: key, content }) =>
      key === null ? [] : [[keyOf(chatId, userId, key), content] as const],
    ),
  );
  for (const entry of entries) {
    const { chatId, senderId, clientMessageId: key } = entry;
    const text = senderId && key ? keyed.get(keyOf(chatId, senderId, key)) : undefined;
    if (text !== undefined && !sent.has(placeOf(entry))) sent.set(placeOf(entry), text);
  }
  return sent;
};

/**
 * Adds the texts of deleted messages that were sent once, without an id, and whose outcome is unknown: the one that somebody heard
 * there, or any that is left. One that was refused is none of them.
 */
const addLost = (sent: Map<string, string>, entries: Entry[], { sends, heard }: Seen): void => {
  const isLost = ({ clientMessageId, attempts }: Send): boolean =>
    clientMessageId === null &&
    attempts.every(({ outcome }) => outcome !== "acked") &&
    attempts.some(({ outcome }) => outcome !== "refused");
  const left = group(sends.filter(isLost), ({ chatId, userId }) => `${chatId} ${userId}`);
  const heardAt = group(heard, placeOf);
  for (const entry of entries) {
    if (!entry.deleted || entry.clientMessageId !== undefined || sent.has(placeOf(entry))) continue;
    const candidates = left.get(`${entry.chatId} ${entry.senderId}`) ?? [];
    const digests = new Set(heardAt.get(placeOf(entry))?.map(({ content }) => content));
    const found = candidates.findIndex(({ content }) => digests.has(digest(content)));
    const [text] = candidates.splice(Math.max(0, found), 1);
    if (text) sent.set(placeOf(entry), text.content);
  }
};

/** The texts with which changed messages were sent, and those that were wished for them later; by chat and seq. */
const textsOf = (entries: Entry[], seen: Seen) => {
  const sent = textsByPlace(entries, seen.sends);
  addLost(sent, entries, seen);
  return { sent, wished: group(seen.changes, placeOf) };
};

export const logsOf = (
  { entries }: Pick<Dump, "entries">,
  history: Seen = { sends: [], changes: [], heard: [] },
): Logs => {
  const { sent, wished } = textsOf(entries, history);
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
