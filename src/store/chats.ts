import { LRUCache } from "lru-cache";
import { type mongo, Types } from "mongoose";
import { type Card, type DeliveredMark, type Participants, type ReadMark, type Role } from "../chat/chat.ts";
import { ChatError } from "../chat/errors.ts";
import type { CardCopy, ChatCards, ChatFacts, InboxQuery } from "../chat/ports.ts";
import { copyStages, openingStages, otherOf, toCard } from "./card-documents.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { isDuplicateKey, orUnavailable } from "./driver-errors.ts";
import type { CardDocument } from "./models.ts";

const factsKept = 50_000;
const durable = { writeConcern: { w: "majority", j: true, wtimeoutMS: 5_000 } } as const;
const lasting = { readConcern: { level: "majority" } } as const;
const latestFirst = { updatedAt: -1, _id: -1 } as const;
const mostOpenTries = 5;

type Cards = mongo.Collection<CardDocument>;

/** The index cards in MongoDB's `chats`. */
export const createChatCards = ({ collection, now }: { collection: Cards; now: () => Date }): ChatCards => {
  const known = new LRUCache<string, ChatFacts>({ max: factsKept });

  const find = async (chatId: string): Promise<Card | null> => {
    const document = await collection.findOne({ _id: new Types.ObjectId(chatId) }, lasting);
    return document && toCard(document);
  };

  const facts = async (chatId: string): Promise<ChatFacts | null> => {
    const cached = known.get(chatId);
    if (cached) return cached;
    const card = await find(chatId);
    if (card === null || card.participants === null) return null;
    const found = { id: card.id, bookingId: card.bookingId, participants: card.participants };
    known.set(chatId, found);
    return found;
  };

  return {
    open: (bookingId, participants) => orUnavailable(() => open(collection, bookingId, participants, now)),
    find: (chatId) => orUnavailable(() => find(chatId)),
    facts: (chatId) => orUnavailable(() => facts(chatId)),
    copy: (copies) => orUnavailable(() => copy(collection, copies)),
    advanceRead: (chatId, role, mark) => orUnavailable(() => advanceRead(collection, chatId, role, mark)),
    advanceDelivered: (chatId, role, mark) => orUnavailable(() => advanceDelivered(collection, chatId, role, mark)),
    inbox: (query) => orUnavailable(() => inbox(collection, query)),
    contacts: (userId, limit) => orUnavailable(() => contacts(collection, userId, limit)),
  };
};

/** An upsert on the booking's id alone: two at once make one card, and the loser of the race tries again. */
const open = async (collection: Cards, bookingId: string, participants: Participants | null, now: () => Date) => {
  for (let tries = 1; ; tries += 1) {
    try {
      const before = await collection.findOneAndUpdate({ bookingId }, openingStages(participants, now()), {
        upsert: true,
        returnDocument: "before",
        ...durable,
      });
      const after = before?.ownerId ? before : await collection.findOne({ bookingId });
      if (after !== null)
        return { card: toCard(after), completed: before !== null && before.ownerId === null && participants !== null };
    } catch (error) {
      if (!isDuplicateKey(error) || tries === mostOpenTries) throw error;
    }
  }
};

// Durable, since it moves the writers' own marks: what was told of a mark must not be taken back when a primary falls.
const copy = async (collection: Cards, copies: CardCopy[]): Promise<Card[]> => {
  const changed = copies.filter(({ newest }) => newest !== undefined);
  if (changed.length > 0) {
    await collection.bulkWrite(
      changed.map((change) => ({
        updateOne: { filter: { _id: new Types.ObjectId(change.chatId) }, update: copyStages(change) },
      })),
      { ordered: false, ...durable },
    );
  }
  const ids = copies.map(({ chatId }) => new Types.ObjectId(chatId));
  return (await collection.find({ _id: { $in: ids } }, lasting).toArray()).map(toCard);
};

const markOf = async <T>(collection: Cards, chatId: string, read: (document: CardDocument) => T): Promise<T> => {
  const document = await collection.findOne({ _id: new Types.ObjectId(chatId) }, lasting);
  if (document === null) throw new ChatError("chat_not_found");
  return read(document);
};

const advanceRead = async (collection: Cards, chatId: string, role: Role, mark: ReadMark) => {
  const updated = await collection.findOneAndUpdate(
    { _id: new Types.ObjectId(chatId), [`read.${role}.seq`]: { $lt: mark.seq } },
    [
      {
        $set: {
          [`read.${role}`]: { $literal: mark },
          // What is read was delivered.
          [`delivered.${role}`]: {
            $cond: [
              { $lt: [`$delivered.${role}.seq`, mark.seq] },
              { $literal: { seq: mark.seq, at: mark.at } },
              `$delivered.${role}`,
            ],
          },
        },
      },
    ],
    { returnDocument: "after", ...durable },
  );
  if (updated !== null) return { mark: updated.read[role], moved: true };
  return { mark: await markOf(collection, chatId, ({ read }) => read[role]), moved: false };
};

const advanceDelivered = async (collection: Cards, chatId: string, role: Role, mark: DeliveredMark) => {
  const updated = await collection.findOneAndUpdate(
    { _id: new Types.ObjectId(chatId), [`delivered.${role}.seq`]: { $lt: mark.seq } },
    { $set: { [`delivered.${role}`]: mark } },
    { returnDocument: "after", ...durable },
  );
  if (updated !== null) return { mark: updated.delivered[role], moved: true };
  return { mark: await markOf(collection, chatId, ({ delivered }) => delivered[role]), moved: false };
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
  const found = await collection.find({ participants: userId }).sort(latestFirst).limit(limit).toArray();
  return [...new Set(found.flatMap((card) => otherOf(card, userId) ?? []))];
};
