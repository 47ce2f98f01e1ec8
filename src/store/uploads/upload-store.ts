import { randomBytes } from "node:crypto";
import { type mongo, Types } from "mongoose";
import type { Upload, Uploads } from "../../chat/upload-ports.ts";
import { orUnavailable } from "../driver-errors.ts";
import { durable, lasting } from "../durability.ts";
import type { UploadDocument } from "../models.ts";
import { createDueUploads } from "./due-uploads.ts";
import { after, forgetting, present, toUpload } from "./upload-documents.ts";
import { createVerdicts } from "./verdicts.ts";

type Parts = {
  database: mongo.Db;
  /** The collection's name. */
  name: string;
  now: () => Date;
};

/** How long an upload waits for a message that names it. */
const unsentMs = 24 * 3_600_000;
/** When a sent upload is looked at: its upload address has expired, and nothing more can arrive there. */
const sentMs = 3_600_000;

/**
 * What is known of uploaded files, in MongoDB's `attachments`. The ids are random, unlike MongoDB's own, so nobody can
 * guess the id of a file that is not sent yet.
 */
export const createUploadStore = ({ database, name, now }: Parts): Uploads => {
  const collection = database.collection<UploadDocument>(name);

  const forgotten = () => ({ ...forgetting, $set: { ...forgetting.$set, sweepAt: now() } });

  const find = async (id: string): Promise<Upload | null> => {
    const document = await collection.findOne(present(id), lasting);
    return document && toUpload(document);
  };

  return {
    begin: (fields) =>
      orUnavailable(async () => {
        const createdAt = now();
        const document: UploadDocument = {
          ...fields,
          _id: new Types.ObjectId(randomBytes(12)),
          chatId: new Types.ObjectId(fields.chatId),
          state: "uploading",
          createdAt,
          sweepAt: new Date(createdAt.getTime() + unsentMs),
          unsentOf: fields.userId,
        };
        await collection.insertOne(document, { ...durable, ignoreUndefined: true });
        return toUpload(document);
      }),
    countUnsent: (userId, most) =>
      orUnavailable(() => collection.countDocuments({ unsentOf: userId }, { ...lasting, limit: most })),
    find: (id) => orUnavailable(() => find(id)),
    complete: (id, state) =>
      orUnavailable(async () => {
        await collection.updateOne({ ...present(id), state: "uploading" }, { $set: { state } }, durable);
        return find(id);
      }),
    hold: ({ id, chatId, userId }) =>
      orUnavailable(async () => {
        const sendable = { chatId: new Types.ObjectId(chatId), userId, state: { $in: ["scanning", "ready"] as const } };
        const kept = { $set: { sweepAt: new Date(now().getTime() + unsentMs) } };
        const held = await collection.findOneAndUpdate({ ...present(id), ...sendable }, kept, after);
        return held && toUpload(held);
      }),
    sent: (id) =>
      orUnavailable(async () => {
        const looked = { $set: { sweepAt: { $add: ["$createdAt", sentMs] } } };
        const sent = await collection.findOneAndUpdate(present(id), [looked, { $unset: "unsentOf" }], after);
        return sent && toUpload(sent);
      }),
    forget: (ids) =>
      orUnavailable(async () => {
        const _id = { $in: ids.map((id) => new Types.ObjectId(id)) };
        await collection.updateMany({ _id, forgotten: { $exists: false } }, forgotten(), durable);
      }),
    forgetUnsent: (userId) =>
      orUnavailable(async () => {
        await collection.updateMany({ unsentOf: userId }, forgotten(), durable);
      }),
    ...createVerdicts(collection, now),
    ...createDueUploads(collection, now),
  };
};
