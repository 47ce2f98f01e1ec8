import { LRUCache } from "lru-cache";
import { type mongo, Types } from "mongoose";
import type { Card, Role } from "../chat/chat.ts";
import { ChatError } from "../chat/errors.ts";
import type { Entry } from "../chat/message.ts";
import type { CardCopy, ChatCards, ChatFacts, InboxQuery } from "../chat/ports.ts";
import { copyStages, deliveredStages, otherOf, readStages, toCard } from "./card-documents.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { orUnavailable } from "./driver-errors.ts";
import type { CardDocument } from "./models.ts";
import { createOpenCards } from "./open-cards.ts";

const factsKept = 20_000;
const durable = { writeConcern: { w: "majority", j: true, wtimeoutMS: 5_000 } } as const;
// What the driver calls `wtimeoutMS` is `wtimeout` to the server.
const durableCommand = { w: "majority", j: true, wtimeout: 5_000 } as const;
const lasting = { readConcern: { level: "majority" } } as const;
const latestFirst = { updatedAt: -1, _id: -1 } as const;

type Cards = mongo.Collection<CardDocument>;
type Database = { database: mongo.Db; collection: Cards };
type Parts = {
  database: mongo.Db;
  /** The collection's name. */
  name: string;
  now: () => Date;
  /** Told of each card that was not there before: its chat has no entry yet. */
  onMade: (chatId: string) => void;
};

/** The index cards in MongoDB's `chats`. */
export const createChatCards = ({ database, name, now, onMade }: Parts): ChatCards => {
  const collection: Cards = database.collection(name);
  const openCard = createOpenCards({ database, collection, now });
  const known = new LRUCache<string, ChatFacts>({ max: factsKept });

  const find = async (chatId: string): Promise<Card | null> => {
    const document = await collection.findOne({ _id: new Types.ObjectId(chatId) }, lasting);
    return document && toCard(document);
  };

  const facts = async (chatId: string): Promise<ChatFacts | null> => {
    const card = await find(chatId);
    if (card === null || card.participants === null) return null;
    const found = { id: card.id, bookingId: card.bookingId, participants: card.participants };
    known.set(chatId, found);
    return found;
  };

  return {
    open: (bookingId, participants) =>
      orUnavailable(async () => {
        const { made, ...opened } = await openCard({ bookingId, participants });
        if (made) onMade(opened.card.id);
        return opened;
      }),
    find: (chatId) => orUnavailable(() => find(chatId)),
    facts: (chatId) => known.get(chatId) ?? orUnavailable(() => facts(chatId)),
    copy: (copies) => orUnavailable(() => copy({ database, collection }, copies)),
    advanceRead: (role, entry, at) =>
      orUnavailable(() => advance(collection, "read", role, entry, readStages(role, entry, at))),
    advanceDelivered: (role, entry, at) =>
      orUnavailable(() => advance(collection, "delivered", role, entry, deliveredStages(role, entry, at))),
    inbox: (query) => orUnavailable(() => inbox(collection, query)),
    contacts: (userId, limit) => orUnavailable(() => contacts(collection, userId, limit)),
  };
};

// Durable, since it moves the writers' own marks: what was told of a mark must not be taken back when a primary falls.
const copy = async ({ database, collection }: Database, copies: CardCopy[]): Promise<Card[]> => {
  const run = async (command: mongo.Document): Promise<void> => {
    const { writeErrors, writeConcernError } = await database.command(command, { ignoreUndefined: true });
    if (writeErrors || writeConcernError)
      throw new Error("cards were not written", { cause: writeErrors ?? writeConcernError });
  };
  const changed = copies.filter(({ newest }) => newest !== undefined);
  if (changed.length > 0) {
    const updates = changed.map((change) => ({ q: { _id: new Types.ObjectId(change.chatId) }, u: copyStages(change) }));
    const command = { update: collection.collectionName, updates, ordered: false, writeConcern: durableCommand };
    // A plain command is not tried again by the driver, and this one may be: it moves forward only.
    await run(command).catch(() => run(command));
  }
  const ids = copies.map(({ chatId }) => new Types.ObjectId(chatId));
  return (await collection.find({ _id: { $in: ids } }, lasting).toArray()).map(toCard);
};

type Mark = "read" | "delivered";

/** Moves a mark of a role to an entry where it stands before it; answers with where it stands then. */
const advance = async <M extends Mark>(
  cards: Cards,
  mark: M,
  role: Role,
  entry: Entry,
  stages: object[],
): Promise<{ mark: CardDocument[M][Role]; moved: boolean }> => {
  const _id = new Types.ObjectId(entry.chatId);
  const behind = { _id, [`${mark}.${role}.seq`]: { $lt: entry.seq } };
  const updated = await cards.findOneAndUpdate(behind, stages, { returnDocument: "after", ...durable });
  const card = updated ?? (await cards.findOne({ _id }, lasting));
  if (card === null) throw new ChatError("chat_not_found");
  return { mark: card[mark][role], moved: updated !== null };
};

const inbox = async (collection: Cards, { userId, status, limit, cursor }: InboxQuery) => {
  const place = cursor === undefined ? null : decodeCursor(cursor);
  const found = await collection
    .find({
      participants: userId,
      ...(status && { status }),
      // A card without an entry is a chat that is just being made.
      lastSeq: { $gt: 0 },
      ...(place && {
        updatedAt: { $lte: place.updatedAt },
        $or: [{ updatedAt: { $lt: place.updatedAt } }, { _id: { $lt: place.id } }],
      }),
    })
    .sort(latestFirst)
    .limit(limit + 1)
    .toArray();
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const nextCursor = found.length > limit && last ? encodeCursor({ updatedAt: last.updatedAt, id: last._id }) : null;
  return { cards: page.map(toCard), nextCursor };
};

const contacts = async (collection: Cards, userId: string, limit: number): Promise<string[]> => {
  const found = await collection
    .find({ participants: userId }, { projection: { ownerId: 1, seekerId: 1 } })
    .sort(latestFirst)
    .limit(limit)
    .toArray();
  return [...new Set(found.flatMap((people) => otherOf(people, userId) ?? []))];
};
