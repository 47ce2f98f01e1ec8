import { mongo } from "mongoose";
import type { Card } from "../../src/chat/cards/card.ts";
import type { Entry } from "../../src/chat/log/entry.ts";
import { toCard } from "../../src/store/cards/card-documents.ts";
import { toEntry } from "../../src/store/entry-documents.ts";
import type { CardDocument, EntryDocument } from "../../src/store/models.ts";

/** What the database holds: every entry, by chat and seq, and every card. */
export type Stored = { entries: Entry[]; cards: Card[] };
/** An event of `chat.events`, in the order of its chat's partition, repeats included. `seq`: of a message's. */
export type ToldEvent = { chatId: string; id: string; type: string; seq: number | null };
/** What there is at the end: what the database holds, and what others were told of it. */
export type Dump = Stored & { events: ToldEvent[] };

/** Reads what a majority has. */
export const readStored = async (uri: string): Promise<Stored> => {
  const client = await mongo.MongoClient.connect(uri, {
    readConcernLevel: "majority",
    serverSelectionTimeoutMS: 20_000,
  });
  try {
    const entries = await client
      .db()
      .collection<EntryDocument>("messages")
      .find()
      .sort({ chatId: 1, seq: 1 })
      .toArray();
    const cards = await client.db().collection<CardDocument>("chats").find().sort({ bookingId: 1 }).toArray();
    return { entries: entries.map(toEntry), cards: cards.map(toCard) };
  } finally {
    await client.close();
  }
};
