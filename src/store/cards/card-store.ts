import { LRUCache } from "lru-cache";
import { type mongo, Types } from "mongoose";
import type { Card } from "../../chat/cards/card.ts";
import type { CardCopy } from "../../chat/cards/card-copy.ts";
import { ChatError } from "../../chat/errors.ts";
import type { Entry } from "../../chat/log/entry.ts";
import { cardBytes, mostPageBytes } from "../../chat/log/size.ts";
import type { ChatCards, ChatFacts, InboxQuery } from "../../chat/ports.ts";
import { type Role, roleOf } from "../../chat/roles.ts";
import { orUnavailable } from "../driver-errors.ts";
import { durable, durableCommand, lasting } from "../durability.ts";
import { type CardDocument, peopleIndex } from "../models.ts";
import type { UnreadNotices } from "../relay/unread-notices.ts";
import { copyStages, deliveredStages, otherOf, readStages, toCard } from "./card-documents.ts";
import { decodePlace, encodePlace } from "./cursor.ts";
import { createMuteCard } from "./mute-card.ts";
import { createOpenCards } from "./open-cards.ts";

const factsKept = 20_000;
const marksKept = 40_000;
/** Documents in one answer of the database: some two megabytes of the largest ones. */
const batchSize = 64;
const latestFirst = { updatedAt: -1, _id: -1 } as const;

type Cards = mongo.Collection<CardDocument>;
type Database = { database: mongo.Db; collection: Cards };
type Parts = {
  database: mongo.Db;
  /** The collection's name. */
  name: string;
  notices: Pick<UnreadNotices, "lookSoon">;
  now: () => Date;
  /** Called for each new card: its chat has no entry yet. */
  onMade: (chatId: string) => void;
};

/** The index cards in MongoDB's `chats`. */
export const createCardStore = ({ database, name, notices, now, onMade }: Parts): ChatCards => {
  const collection: Cards = database.collection(name);
  const openCard = createOpenCards({ database, collection, now });
  const muteCard = createMuteCard({ cards: collection, notices, now });
  const known = new LRUCache<string, ChatFacts>({ max: factsKept });
  const marks = new LRUCache<string, number>({ max: marksKept });

  const find = async (chatId: string): Promise<Card | null> => {
    const document = await collection.findOne({ _id: new Types.ObjectId(chatId) }, lasting);
    return document && toCard(document);
  };

  const findFacts = async (chatId: string, userId?: string): Promise<ChatFacts | null> => {
    const found = await factsOf(collection, chatId, userId);
    if (found) known.set(chatId, found);
    return found;
  };

  const advanceMark = async <M extends Mark>(mark: M, role: Role, entry: Entry, stages: object[]) => {
    const advanced = await orUnavailable(() => advance(collection, mark, role, entry, stages));
    marks.set(`${entry.chatId} ${mark} ${role}`, advanced.mark.seq);
    return advanced;
  };

  return {
    open: (bookingId, participants) =>
      orUnavailable(async () => {
        const { made, ...opened } = await openCard({ bookingId, participants });
        if (made) onMade(opened.card.id);
        return opened;
      }),
    find: (chatId) => orUnavailable(() => find(chatId)),
    facts: (chatId) => known.get(chatId) ?? orUnavailable(() => findFacts(chatId)),
    knownFacts: (chatId, userId) => {
      const facts = known.get(chatId);
      return facts && roleOf(facts.participants, userId) ? facts : null;
    },
    findFacts: (chatId, userId) => orUnavailable(() => findFacts(chatId, userId)),
    copy: (copies) => orUnavailable(() => copy({ database, collection }, copies)),
    advanceRead: (role, entry, at) => advanceMark("read", role, entry, readStages(role, entry, at)),
    advanceDelivered: (role, entry, at) => advanceMark("delivered", role, entry, deliveredStages(role, entry, at)),
    markHint: (chatId, mark, role) => marks.get(`${chatId} ${mark} ${role}`) ?? 0,
    markOf: async (chatId, mark, role) => {
      const found = await orUnavailable(() => markOf(collection, chatId, mark, role));
      if (found) marks.set(`${chatId} ${mark} ${role}`, found.seq);
      return found;
    },
    mute: (chatId, role, until) => orUnavailable(() => muteCard(chatId, role, until)),
    inbox: (query) => orUnavailable(() => inbox(collection, query)),
    contacts: (userId, limit) => orUnavailable(() => contacts(collection, userId, limit)),
  };
};

// Durable, since it moves the writers' own marks: a reported mark must not move back when a primary is lost.
const copy = async ({ database, collection }: Database, copies: CardCopy[]): Promise<Card[]> => {
  const run = async (command: mongo.Document): Promise<void> => {
    const { writeErrors, writeConcernError } = await database.command(command, { ignoreUndefined: true });
    if (writeErrors || writeConcernError)
      throw new Error("cards were not written", { cause: writeErrors ?? writeConcernError });
  };
  const changed = copies.filter(({ newest }) => newest !== undefined);
  if (changed.length > 0) {
    const updates = changed.map((change) => ({ q: { _id: new Types.ObjectId(change.chatId) }, u: copyStages(change) }));
    const command = { update: collection.collectionName, updates, ordered: false, ...durableCommand };
    // The driver does not retry a plain command. A retry is safe here, since marks only move forward.
    await run(command).catch(() => run(command));
  }
  const ids = copies.map(({ chatId }) => new Types.ObjectId(chatId));
  return (await collection.find({ _id: { $in: ids } }, lasting).toArray()).map(toCard);
};

type Mark = "read" | "delivered";

/**
 * The participants of a chat, null if there are none yet. With a user's id only that user's own chats are searched, by an
 * index that begins with the user, so its cost reveals nothing about other people's chats.
 */
const factsOf = async (cards: Cards, chatId: string, userId?: string): Promise<ChatFacts | null> => {
  const _id = new Types.ObjectId(chatId);
  const projection = { bookingId: 1, ownerId: 1, seekerId: 1 } as const;
  const found =
    userId === undefined
      ? await cards.findOne({ _id }, { ...lasting, projection })
      : await cards.findOne({ participants: userId, _id }, { ...lasting, projection, hint: peopleIndex });
  if (found === null || found.ownerId === null || found.seekerId === null) return null;
  const participants = { ownerId: found.ownerId, seekerId: found.seekerId };
  return { id: chatId, bookingId: found.bookingId, participants };
};

/** The position of a mark, without the rest of the card. */
const markOf = async <M extends Mark>(
  cards: Cards,
  chatId: string,
  mark: M,
  role: Role,
): Promise<CardDocument[M][Role] | null> => {
  const projection = { [`${mark}.${role}`]: 1 };
  const card = await cards.findOne({ _id: new Types.ObjectId(chatId) }, { ...lasting, projection });
  return card && card[mark][role];
};

/** Moves a role's mark to an entry if it is before it; returns the mark afterwards. */
const advance = async <M extends Mark>(
  cards: Cards,
  mark: M,
  role: Role,
  entry: Entry,
  stages: object[],
): Promise<{ mark: CardDocument[M][Role]; moved: boolean }> => {
  const behind = { _id: new Types.ObjectId(entry.chatId), [`${mark}.${role}.seq`]: { $lt: entry.seq } };
  const projection = { [`${mark}.${role}`]: 1 };
  const updated = await cards.findOneAndUpdate(behind, stages, { returnDocument: "after", projection, ...durable });
  const stands = updated ? updated[mark][role] : await markOf(cards, entry.chatId, mark, role);
  if (stands === null) throw new ChatError("chat_not_found");
  return { mark: stands, moved: updated !== null };
};

/** A page ends at a megabyte, like a page of the log; the next one begins where it ended. */
const inbox = async (collection: Cards, { userId, status, limit, cursor }: InboxQuery) => {
  const place = cursor === undefined ? null : decodePlace(cursor);
  const found = collection
    .find({
      participants: userId,
      ...(status && { status }),
      // A card without an entry belongs to a chat that is being created.
      lastSeq: { $gt: 0 },
      ...(place && {
        updatedAt: { $lte: place.updatedAt },
        $or: [{ updatedAt: { $lt: place.updatedAt } }, { _id: { $lt: place.id } }],
      }),
    })
    .sort(latestFirst)
    .limit(limit + 1)
    .batchSize(batchSize);
  const cards: Card[] = [];
  let bytes = 0;
  for await (const document of found) {
    const last = cards.at(-1);
    if (last && (cards.length === limit || bytes > mostPageBytes)) {
      const nextCursor = encodePlace({ updatedAt: last.updatedAt, id: new Types.ObjectId(last.id) });
      return { cards, nextCursor, bytes };
    }
    const card = toCard(document);
    cards.push(card);
    bytes += cardBytes(card);
  }
  return { cards, nextCursor: null, bytes };
};

const contacts = async (collection: Cards, userId: string, limit: number): Promise<string[]> => {
  const found = await collection
    .find({ participants: userId }, { projection: { ownerId: 1, seekerId: 1 } })
    .sort(latestFirst)
    .limit(limit)
    .toArray();
  return [...new Set(found.flatMap((people) => otherOf(people, userId) ?? []))];
};
