import { type mongo, Types } from "mongoose";
import { emptyHead } from "../chat/log/entry.ts";
import type { ChatLog } from "../chat/ports.ts";
import { AppendQueue } from "./append/append-queue.ts";
import { createHeads } from "./append/heads.ts";
import { createLateLandings } from "./append/late-landings.ts";
import { createWriteEntries } from "./append/write-entries.ts";
import { orUnavailable } from "./driver-errors.ts";
import { createEntryChanges, wasSentAs } from "./entry-changes.ts";
import { createEntryReader } from "./entry-reader.ts";
import type { EntryDocument } from "./models.ts";
import { createEntryUploads } from "./uploads/entry-uploads.ts";

type Parts = {
  database: mongo.Db;
  /** The collection's name. */
  name: string;
  now: () => Date;
  /** Called for each write whose outcome is unknown; it is tried again. */
  onFailure: (error: unknown) => void;
  /** Called with the uploads of deleted messages, before the messages lose them; may be called again. */
  forgetUploads: (ids: string[]) => Promise<void>;
  limits?: ConstructorParameters<typeof AppendQueue>[0]["limits"];
};

type MongoLog = ChatLog & {
  queue: AppendQueue;
  /** Notes that a chat has no entry yet, which saves a query for its head. A hint, like every head kept here. */
  hintEmpty: (chatId: string) => void;
  stop: () => void;
};

/** The log in MongoDB's `messages`. */
export const createChatLog = ({ database, name, now, onFailure, forgetUploads, limits }: Parts): MongoLog => {
  const collection = database.collection<EntryDocument>(name);
  const reader = createEntryReader(collection);
  const changes = createEntryChanges(collection, forgetUploads);
  const heads = createHeads({ loadHeads: reader.heads });
  const late = createLateLandings({ findEntries: reader.findAll });
  const loadHead = (chatId: string) => orUnavailable(() => reader.head(chatId));
  const findSent = (chatId: string, senderId: string | null, clientMessageId: string) =>
    orUnavailable(() => reader.findSent(chatId, senderId, clientMessageId));
  const uploads = createEntryUploads(collection);
  const findWithUpload = (chatId: string, uploadId: string) => orUnavailable(() => uploads.find(chatId, uploadId));

  const queue = new AppendQueue({
    writeEntries: createWriteEntries(database, name, onFailure),
    loadHead,
    findEntry: (id) => orUnavailable(() => reader.findOne({ _id: new Types.ObjectId(id) })),
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
    head: loadHead,
    headHint: async (chatId) => {
      const heard = await orUnavailable(() => heads.catchUp(chatId));
      const hint = heard ?? heads.get(chatId) ?? (await loadHead(chatId));
      heads.set(chatId, hint);
      return hint;
    },
    page: (chatId, range) => orUnavailable(() => reader.page(chatId, range)),
    entryAt: (chatId, seq) =>
      orUnavailable(() => reader.findOne({ chatId: new Types.ObjectId(chatId), seq: { $lte: seq } }, { seq: -1 })),
    shownAt: (chatId, seq) => orUnavailable(async () => (await changes.shownAmong(chatId, [seq]))[0] ?? null),
    shownAmong: (chatId, seqs) => orUnavailable(() => changes.shownAmong(chatId, seqs)),
    applyChanges: (found) => orUnavailable(() => changes.apply(found)),
    findSent,
    wasSentAs,
    findWithUpload,
    showUpload: (upload) => orUnavailable(() => uploads.show(upload)),
  };
};
