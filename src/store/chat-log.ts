import { type mongo, Types } from "mongoose";
import { type Entry, emptyHead, type Head } from "../chat/log/entry.ts";
import { messageBytes, mostPageBytes } from "../chat/log/size.ts";
import type { ChatLog, LogRange } from "../chat/ports.ts";
import { AppendQueue } from "./append/append-queue.ts";
import { createHeads, type Heard } from "./append/heads.ts";
import { createLateLandings } from "./append/late-landings.ts";
import { createWriteEntries } from "./append/write-entries.ts";
import { orUnavailable } from "./driver-errors.ts";
import { lasting } from "./durability.ts";
import { headOf, toEntry } from "./entry-documents.ts";
import type { EntryDocument } from "./models.ts";
import { createEntryUploads } from "./uploads/entry-uploads.ts";

// Two hundred of the longest messages are three megabytes and delay everybody on the node by a tenth of a second. So a
// page ends earlier, and `hasMore` says so. A batch from the database is not longer either.
const batchSize = 64;

type Parts = {
  database: mongo.Db;
  /** The collection's name. */
  name: string;
  now: () => Date;
  /** Called for each write whose outcome is unknown; it is tried again. */
  onFailure: (error: unknown) => void;
  limits?: ConstructorParameters<typeof AppendQueue>[0]["limits"];
};

type MongoLog = ChatLog & {
  queue: AppendQueue;
  /** Notes that a chat has no entry yet, which saves a query for its head. A hint, like every head kept here. */
  hintEmpty: (chatId: string) => void;
  stop: () => void;
};

const within = (chatId: string, { before, after }: LogRange): mongo.Filter<EntryDocument> => ({
  chatId: new Types.ObjectId(chatId),
  ...((before ?? after) !== undefined && { seq: { $gt: after ?? 0, $lt: before ?? Number.MAX_SAFE_INTEGER } }),
});

/** The log in MongoDB's `messages`. */
export const createChatLog = (parts: Parts): MongoLog => {
  const { database, name, now, onFailure, limits } = parts;
  const collection = database.collection<EntryDocument>(name);
  const withoutContent = { content: 0, attachment: 0, system: 0 };

  const loadHead = async (chatId: string): Promise<Head> => {
    const newest = await collection.findOne(
      { chatId: new Types.ObjectId(chatId) },
      { ...lasting, sort: { seq: -1 }, projection: withoutContent },
    );
    return newest === null ? emptyHead : headOf(newest);
  };

  const loadHeads = async (heard: Heard[]): Promise<(Head | null)[]> => {
    const found = await collection
      .find({ _id: { $in: heard.map(({ id }) => new Types.ObjectId(id)) } }, { ...lasting, projection: withoutContent })
      .toArray();
    const heads = new Map(found.map((entry) => [`${entry._id.toHexString()} ${entry.chatId.toHexString()}`, entry]));
    return heard.map(({ id, chatId }) => {
      const entry = heads.get(`${id} ${chatId}`);
      return entry === undefined ? null : headOf(entry);
    });
  };
  const heads = createHeads({ loadHeads });

  const findOne = (filter: mongo.Filter<EntryDocument>, sort?: mongo.Sort): Promise<Entry | null> =>
    orUnavailable(async () => {
      const document = await collection.findOne(filter, { ...lasting, ...(sort && { sort }) });
      return document && toEntry(document);
    });

  const findSent = (chatId: string, senderId: string | null, clientMessageId: string) =>
    findOne({ chatId: new Types.ObjectId(chatId), senderId, clientMessageId });

  const uploads = createEntryUploads(collection);
  const findWithUpload = (chatId: string, uploadId: string) => orUnavailable(() => uploads.find(chatId, uploadId));

  const late = createLateLandings({
    findEntries: async (ids) => {
      const found = await collection.find({ _id: { $in: ids.map((id) => new Types.ObjectId(id)) } }, lasting).toArray();
      return found.map(toEntry);
    },
  });

  const queue = new AppendQueue({
    writeEntries: createWriteEntries(database, name, onFailure),
    loadHead: (chatId) => orUnavailable(() => loadHead(chatId)),
    findEntry: (id) => findOne({ _id: new Types.ObjectId(id) }),
    findSent,
    findWithUpload,
    heads,
    late,
    newId: () => new Types.ObjectId().toHexString(),
    now,
    ...(limits && { limits }),
  });

  return {
    queue,
    hintEmpty: (chatId) => void (heads.get(chatId) ?? heads.set(chatId, emptyHead)),
    stop: late.stop,
    heard: heads.hear,
    onLandedLate: late.onLanded,
    append: (chatId, decide) => queue.append(chatId, decide),
    head: (chatId) => orUnavailable(() => loadHead(chatId)),
    headHint: async (chatId) => {
      const heard = await orUnavailable(() => heads.catchUp(chatId));
      const hint = heard ?? heads.get(chatId) ?? (await orUnavailable(() => loadHead(chatId)));
      heads.set(chatId, hint);
      return hint;
    },
    page: (chatId, range) =>
      orUnavailable(async () => {
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
        return { entries: forward ? entries : entries.toReversed(), hasMore, bytes };
      }),
    entryAt: (chatId, seq) => findOne({ chatId: new Types.ObjectId(chatId), seq: { $lte: seq } }, { seq: -1 }),
    findSent,
    findWithUpload,
    showUpload: (upload) => orUnavailable(() => uploads.show(upload)),
  };
};
