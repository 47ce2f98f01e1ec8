import { type mongo, Types } from "mongoose";
import { withChanges } from "../chat/log/changes.ts";
import { type Entry, emptyHead, type Head } from "../chat/log/entry.ts";
import { messageBytes, mostPageBytes } from "../chat/log/size.ts";
import type { LogPage, LogRange } from "../chat/ports.ts";
import type { Heard } from "./append/heads.ts";
import { lasting } from "./durability.ts";
import { headOf, toEntry } from "./entry-documents.ts";
import type { EntryDocument } from "./models.ts";

// Two hundred of the longest messages are three megabytes and delay everybody on the node by a tenth of a second. So a
// page ends earlier, and `hasMore` says so. A batch from the database is not longer either.
const batchSize = 64;
const withoutContent = { content: 0, attachment: 0, system: 0 };

const within = (chatId: string, { before, after }: LogRange): mongo.Filter<EntryDocument> => ({
  chatId: new Types.ObjectId(chatId),
  ...((before ?? after) !== undefined && { seq: { $gt: after ?? 0, $lt: before ?? Number.MAX_SAFE_INTEGER } }),
});

/** Reads entries that a majority has. */
export const createEntryReader = (collection: mongo.Collection<EntryDocument>) => {
  const findOne = async (filter: mongo.Filter<EntryDocument>, sort?: mongo.Sort): Promise<Entry | null> => {
    const document = await collection.findOne(filter, { ...lasting, ...(sort && { sort }) });
    return document && toEntry(document);
  };

  return {
    findOne,

    findSent: (chatId: string, senderId: string | null, clientMessageId: string): Promise<Entry | null> =>
      findOne({ chatId: new Types.ObjectId(chatId), senderId, clientMessageId }),

    findAll: async (ids: string[]): Promise<Entry[]> => {
      const found = await collection.find({ _id: { $in: ids.map((id) => new Types.ObjectId(id)) } }, lasting).toArray();
      return found.map(toEntry);
    },

    head: async (chatId: string): Promise<Head> => {
      const newest = await collection.findOne(
        { chatId: new Types.ObjectId(chatId) },
        { ...lasting, sort: { seq: -1 }, projection: withoutContent },
      );
      return newest === null ? emptyHead : headOf(newest);
    },

    /** The entries with these ids as heads; null for one that is not there, or is another chat's. */
    heads: async (heard: Heard[]): Promise<(Head | null)[]> => {
      const _id = { $in: heard.map(({ id }) => new Types.ObjectId(id)) };
      const found = await collection.find({ _id }, { ...lasting, projection: withoutContent }).toArray();
      const heads = new Map(found.map((entry) => [`${entry._id.toHexString()} ${entry.chatId.toHexString()}`, entry]));
      return heard.map(({ id, chatId }) => {
        const entry = heads.get(`${id} ${chatId}`);
        return entry === undefined ? null : headOf(entry);
      });
    },

    page: async (chatId: string, range: LogRange): Promise<LogPage> => {
      const forward = range.after !== undefined && range.before === undefined;
      const options = { ...lasting, sort: { seq: forward ? 1 : -1 }, limit: range.limit + 1, batchSize } as const;
      const entries: Entry[] = [];
      let bytes = 0;
      let hasMore = false;
      for await (const document of collection.find(within(chatId, range), options)) {
        hasMore = entries.length === range.limit || bytes > mostPageBytes;
        if (hasMore) break;
        const entry = toEntry(document);
        entries.push(entry);
        bytes += messageBytes(entry);
      }
      return { entries: withChanges(forward ? entries : entries.toReversed()), hasMore, bytes };
    },
  };
};
