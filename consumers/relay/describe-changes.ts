import { LRUCache } from "lru-cache";
import type { Card } from "../../src/chat/cards/card.ts";
import { changeIn } from "../../src/chat/log/changes.ts";
import { type Entry, type Message, toMessage } from "../../src/chat/log/entry.ts";
import { eventsOf } from "../../src/chat/log/entry-kinds.ts";
import type { ChatLog } from "../../src/chat/ports.ts";
import { holdsChat } from "../../src/contract/chat-events.ts";
import type { Change } from "../../src/store/relay/change-feed.ts";
import type { RelayScan } from "../../src/store/relay/relay-scan.ts";
import {
  type ChatPeople,
  type EncodedEvent,
  erasedEvent,
  messageEvent,
  readEvent,
  reportEvent,
  statusEvent,
} from "./chat-event.ts";

/** Returns the events for changes, in order. */
export type DescribeChanges = (changes: Change[]) => Promise<EncodedEvent[]>;

type Parts = {
  log: Pick<ChatLog, "page" | "shownAmong">;
  scan: Pick<RelayScan, "cards" | "shownNow">;
  now: () => Date;
};

const peopleKept = 10_000;
const pageSize = 200;
/** The feed brings an entry as it was written. One that is older than this may have been changed since. */
const freshMs = 2_000;

/** Null for a change that concerns no chat. */
const chatIdOf = (change: Change): string | null => {
  switch (change.kind) {
    case "entry":
      return change.entry.chatId;
    case "receipt":
      return change.receipt.chatId;
    case "report":
      return change.report.chatId;
    case "people":
      return change.chatId;
    case "erased":
      return null;
  }
};

/** The changes, with each entry that was written a while ago as it is shown now. */
const asShownNow = async (changes: Change[], scan: Pick<RelayScan, "shownNow">, now: Date): Promise<Change[]> => {
  const isOld = ({ createdAt }: Entry): boolean => createdAt.getTime() < now.getTime() - freshMs;
  const old = changes.flatMap((change) => (change.kind === "entry" && isOld(change.entry) ? [change.entry] : []));
  if (old.length === 0) return changes;
  const shown = new Map((await scan.shownNow(old)).map((entry) => [entry.id, entry]));
  return changes.map((change) =>
    change.kind === "entry" ? { kind: "entry", entry: shown.get(change.entry.id) ?? change.entry } : change,
  );
};

/** What an entry's events show: itself, or the message that it changed. */
type ShownBy = (entry: Entry) => Message | null;

/**
 * Reads the messages that these entries changed, those of a chat together. Reading them makes the copies that a crash
 * prevented.
 */
const readShown = async (log: Pick<ChatLog, "shownAmong">, entries: Entry[]): Promise<ShownBy> => {
  const changed = new Map<string, Entry>();
  const changes = Map.groupBy(
    entries.filter((entry) => changeIn(entry) !== null),
    ({ chatId }) => chatId,
  );
  for (const [chatId, ofChat] of changes) {
    const targets = new Set(ofChat.flatMap((change) => changeIn(change)?.target ?? []));
    for (const entry of await log.shownAmong(chatId, [...targets])) changed.set(`${chatId} ${entry.seq}`, entry);
  }
  return (entry) => {
    const note = changeIn(entry);
    const shown = note === null ? entry : changed.get(`${entry.chatId} ${note.target}`);
    return shown ? toMessage(shown) : null;
  };
};

/** The events of one entry. `card`: the chat's, if one of the events holds it. */
const ofEntry = (entry: Entry, shownBy: ShownBy, people: ChatPeople, card: Card | undefined): EncodedEvent[] => {
  const types = eventsOf(entry);
  const message = types.length === 0 ? null : shownBy(entry);
  if (message === null) return [];
  return types.flatMap((type) => {
    if (!holdsChat(type)) return [messageEvent(type, entry, message, people)];
    return card ? [statusEvent(type, entry, card, people.participants)] : [];
  });
};

/**
 * Makes events from changes. A chat without people gets no events; when its people come, events are published from its
 * first entry on.
 */
export const createDescribeChanges = ({ log, scan, now }: Parts): DescribeChanges => {
  const known = new LRUCache<string, ChatPeople>({ max: peopleKept });

  /** The needed cards: those of unknown chats, and those whose marks are published. */
  const load = async (changes: Change[]): Promise<Map<string, Card>> => {
    const ids = changes.flatMap((change) => {
      const chatId = chatIdOf(change);
      if (chatId === null) return [];
      const isNeeded = change.kind === "people" || (change.kind === "entry" && eventsOf(change.entry).some(holdsChat));
      return isNeeded || !known.has(chatId) ? [chatId] : [];
    });
    const cards = ids.length === 0 ? [] : await scan.cards([...new Set(ids)]);
    for (const { id, bookingId, participants } of cards) {
      if (participants !== null) known.set(id, { id, bookingId, participants });
    }
    return new Map(cards.map((card) => [card.id, card]));
  };

  const ofLog = async (people: ChatPeople, card: Card | undefined): Promise<EncodedEvent[]> => {
    const events: EncodedEvent[] = [];
    for (let after = 0; ; ) {
      const { entries, hasMore } = await log.page(people.id, { after, limit: pageSize });
      const shownBy = await readShown(log, entries);
      for (const entry of entries) events.push(...ofEntry(entry, shownBy, people, card));
      after = entries.at(-1)?.seq ?? after;
      if (!hasMore) return events;
    }
  };

  return async (found) => {
    const changes = await asShownNow(found, scan, now());
    const cards = await load(changes);
    const entries = changes.flatMap((change) => (change.kind === "entry" ? [change.entry] : []));
    const shownBy = await readShown(
      log,
      entries.filter(({ chatId }) => known.has(chatId)),
    );
    const events: EncodedEvent[] = [];
    for (const change of changes) {
      if (change.kind === "erased") events.push(erasedEvent(change.erased));
      const chatId = chatIdOf(change);
      const people = chatId === null ? undefined : known.get(chatId);
      if (people === undefined) continue;
      const card = cards.get(people.id);
      if (change.kind === "entry") events.push(...ofEntry(change.entry, shownBy, people, card));
      else if (change.kind === "report") events.push(reportEvent(change.report));
      else if (change.kind === "receipt") events.push(readEvent(change.receipt, people));
      else if (change.kind === "people") events.push(...(await ofLog(people, card)));
    }
    return events;
  };
};
