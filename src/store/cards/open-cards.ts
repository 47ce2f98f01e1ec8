import { type mongo, Types } from "mongoose";
import type { Card } from "../../chat/cards/card.ts";
import type { Participants } from "../../chat/roles.ts";
import { gather } from "../../timing/gather.ts";
import { isDuplicateKey } from "../driver-errors.ts";
import { durable, durableCommand, lasting } from "../durability.ts";
import type { CardDocument } from "../models.ts";
import { newCard, openingStages, toCard } from "./card-documents.ts";

/** `completed`: this call wrote the participants of a card that was there without. `made`: it made the card. */
export type Opened = { card: Card; completed: boolean; made: boolean };
type Opening = { bookingId: string; participants: Participants | null };
type Parts = { database: mongo.Db; collection: mongo.Collection<CardDocument>; now: () => Date };

const mostTries = 5;
const gathered = { mostAtOnce: 500, mostUnderWay: 2 };

/**
 * Opens the cards of bookings, many at a time: one query for all of them, one `insert` for the missing ones. The rest is
 * done one by one: cards without people, and cards that another process made in the meantime.
 */
export const createOpenCards = ({ database, collection, now }: Parts): ((opening: Opening) => Promise<Opened>) => {
  const openMany = async (openings: Opening[]): Promise<Opened[]> => {
    const bookingIds = openings.map(({ bookingId }) => bookingId);
    // Read with majority: the log must never have an entry whose card a new primary does not have.
    const found = await collection.find({ bookingId: { $in: bookingIds } }, lasting).toArray();
    const there = new Map(found.map((document) => [document.bookingId, document]));
    const missing = openings.filter(({ bookingId }) => !there.has(bookingId));
    const made = await insert(missing);
    return Promise.all(
      openings.map(async (opening) => {
        const own = made.get(opening.bookingId);
        if (own) return { card: toCard(own), completed: false, made: true };
        const document = there.get(opening.bookingId);
        if (document && (document.ownerId !== null || opening.participants === null)) {
          return { card: toCard(document), completed: false, made: false };
        }
        return openOne(opening);
      }),
    );
  };

  /** The cards that this call made, by booking. */
  const insert = async (openings: Opening[]): Promise<Map<string, CardDocument>> => {
    if (openings.length === 0) return new Map();
    const documents = openings.map(({ bookingId, participants }) => ({
      _id: new Types.ObjectId(),
      bookingId,
      ...newCard(participants, now()),
    }));
    const command = { insert: collection.collectionName, documents, ordered: false, ...durableCommand };
    const reply: InsertReply = await database.command(command);
    if (reply.writeConcernError) return new Map();
    const refused = new Set(reply.writeErrors?.map(({ index }) => index));
    return new Map(
      documents.flatMap((document, index) => (refused.has(index) ? [] : [[document.bookingId, document]])),
    );
  };

  /** An upsert on only the booking's id: two at once make one card, and the loser of the race tries again. */
  const openOne = async ({ bookingId, participants }: Opening): Promise<Opened> => {
    for (let tries = 1; ; tries += 1) {
      try {
        const before = await collection.findOneAndUpdate({ bookingId }, openingStages(participants, now()), {
          upsert: true,
          returnDocument: "before",
          ...durable,
        });
        const after = before?.ownerId ? before : await collection.findOne({ bookingId });
        const completed = before !== null && before.ownerId === null && participants !== null;
        if (after !== null) return { card: toCard(after), completed, made: before === null };
      } catch (error) {
        if (!isDuplicateKey(error) || tries === mostTries) throw error;
      }
    }
  };

  return gather({ ...gathered, run: openMany, keyOf: ({ bookingId }) => bookingId });
};

type InsertReply = { writeErrors?: { index: number }[]; writeConcernError?: unknown };
