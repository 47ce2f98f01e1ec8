import { type mongo, Types } from "mongoose";
import type { Entry } from "../../chat/log/entry.ts";
import type { Upload } from "../../chat/upload-ports.ts";
import { durable, lasting } from "../durability.ts";
import { toEntry } from "../entry-documents.ts";
import { type EntryDocument, uploadIndex } from "../models.ts";

/** The states that a state may follow. */
const before: Record<Upload["state"], Upload["state"][]> = {
  uploading: [],
  scanning: [],
  ready: ["scanning"],
  rejected: ["scanning", "ready"],
};

/** The messages that name uploads. */
export const createEntryUploads = (entries: mongo.Collection<EntryDocument>) => {
  const naming = (chatId: string, id: string) => ({ chatId: new Types.ObjectId(chatId), "attachment.id": id });

  const find = async (chatId: string, id: string): Promise<Entry | null> => {
    const found = await entries.findOne(naming(chatId, id), { ...lasting, hint: uploadIndex });
    return found && toEntry(found);
  };

  return {
    find,
    /** Copies the state of an upload to the message that names it; a state only moves on. */
    show: async ({ chatId, id, state }: Pick<Upload, "id" | "chatId" | "state">): Promise<Entry | null> => {
      const behind = { ...naming(chatId, id), "attachment.state": { $in: before[state] } };
      await entries.updateOne(behind, { $set: { "attachment.state": state } }, { ...durable, hint: uploadIndex });
      return find(chatId, id);
    },
  };
};
