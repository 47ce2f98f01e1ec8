import { withDatabase } from "./open-test-store.ts";

/** The collections of a database in which a text is, in whatever field. */
export const whereIs = (uri: string, text: string): Promise<string[]> =>
  withDatabase(uri, async (client) => {
    const found: string[] = [];
    for (const collection of await client.db().collections()) {
      for await (const document of collection.find()) {
        if (!JSON.stringify(document).includes(text)) continue;
        found.push(collection.collectionName);
        break;
      }
    }
    return found;
  });

/** Every place in every log: chat, seq, id, sender and time. */
export const placesOf = (uri: string): Promise<string[]> =>
  withDatabase(uri, async (client) => {
    const entries = client.db().collection("messages").find().sort({ chatId: 1, seq: 1 });
    return (await entries.toArray()).map(({ chatId, seq, _id, senderId, createdAt }) =>
      JSON.stringify([chatId, seq, _id, senderId, createdAt]),
    );
  });
