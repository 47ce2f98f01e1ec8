import { mongo } from "mongoose";
import type { Card } from "../../src/chat/cards/card.ts";
import type { Entry } from "../../src/chat/log/entry.ts";
import { toCard } from "../../src/store/cards/card-documents.ts";
import { toEntry } from "../../src/store/entry-documents.ts";
import type { CardDocument, EntryDocument } from "../../src/store/models.ts";

/** What the database holds: every entry, by chat and seq, every card, and the documents of all other collections. */
export type Stored = { entries: Entry[]; cards: Card[]; others: unknown[] };
/** An event of `chat.events`, in the order of its chat's partition, repeats included. `seq`: of the entry that it tells of. */
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
    const names = (await client.db().listCollections().toArray()).map(({ name }) => name);
    const others = names.filter((name) => name !== "messages" && name !== "chats");
    const documents = await Promise.all(others.map((name) => client.db().collection(name).find().toArray()));
    return { entries: entries.map(toEntry), cards: cards.map(toCard), others: documents.flat() };
  } finally {
    await client.close();
  }
};
