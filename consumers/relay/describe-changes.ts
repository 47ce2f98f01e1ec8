import { LRUCache } from "lru-cache";
import type { Card } from "../../src/chat/cards/card.ts";
import type { Entry } from "../../src/chat/log/entry.ts";
import { eventsOf } from "../../src/chat/log/entry-kinds.ts";
import type { ChatLog } from "../../src/chat/ports.ts";
import { holdsChat } from "../../src/contract/chat-events.ts";
import type { Change } from "../../src/store/relay/change-feed.ts";
import type { RelayScan } from "../../src/store/relay/relay-scan.ts";
import { type ChatPeople, type EncodedEvent, messageEvent, readEvent, statusEvent } from "./chat-event.ts";

/** Returns the events for changes, in order. */
export type DescribeChanges = (changes: Change[]) => Promise<EncodedEvent[]>;

type Parts = { log: Pick<ChatLog, "page">; scan: Pick<RelayScan, "cards"> };

const peopleKept = 10_000;
const pageSize = 200;

const chatIdOf = (change: Change): string => {
  if (change.kind === "entry") return change.entry.chatId;
  return change.kind === "receipt" ? change.receipt.chatId : change.chatId;
};

/**
 * Makes events from changes. A chat without people gets no events; when its people come, events are published from its
 * first entry on.
 */
export const createDescribeChanges = ({ log, scan }: Parts): DescribeChanges => {
  const known = new LRUCache<string, ChatPeople>({ max: peopleKept });

  /** The needed cards: those of unknown chats, and those whose marks are published. */
  const load = async (changes: Change[]): Promise<Map<string, Card>> => {
    const ids = changes.flatMap((change) => {
      const chatId = chatIdOf(change);
      const isNeeded = change.kind === "people" || (change.kind === "entry" && eventsOf(change.entry).some(holdsChat));
      return isNeeded || !known.has(chatId) ? [chatId] : [];
    });
    const cards = ids.length === 0 ? [] : await scan.cards([...new Set(ids)]);
    for (const { id, bookingId, participants } of cards) {
      if (participants !== null) known.set(id, { id, bookingId, participants });
    }
    return new Map(cards.map((card) => [card.id, card]));
  };

  const ofEntry = (entry: Entry, people: ChatPeople, card: Card | undefined): EncodedEvent[] =>
    eventsOf(entry).flatMap((type) => {
      if (!holdsChat(type)) return [messageEvent(type, entry, people)];
      return card ? [statusEvent(type, entry, card, people.participants)] : [];
    });

  const ofLog = async (people: ChatPeople, card: Card | undefined): Promise<EncodedEvent[]> => {
    const events: EncodedEvent[] = [];
    for (let after = 0; ; ) {
      const { entries, hasMore } = await log.page(people.id, { after, limit: pageSize });
      for (const entry of entries) events.push(...ofEntry(entry, people, card));
      after = entries.at(-1)?.seq ?? after;
      if (!hasMore) return events;
    }
  };

  return async (changes) => {
    const cards = await load(changes);
    const events: EncodedEvent[] = [];
    for (const change of changes) {
      const people = known.get(chatIdOf(change));
      if (people === undefined) continue;
      const card = cards.get(people.id);
      if (change.kind === "entry") events.push(...ofEntry(change.entry, people, card));
      else if (change.kind === "receipt") events.push(readEvent(change.receipt, people));
      else events.push(...(await ofLog(people, card)));
    }
    return events;
  };
};
