import { type mongo, Types } from "mongoose";
import { afterChange, changeIn } from "../chat/log/changes.ts";
import type { Entry } from "../chat/log/entry.ts";
import { durable, lasting } from "./durability.ts";
import { toEntry } from "./entry-documents.ts";
import { changesIndex, type EntryDocument } from "./models.ts";

type Entries = mongo.Collection<EntryDocument>;

const targetOf = (chatId: string, seq: number) => ({ chatId: new Types.ObjectId(chatId), seq });
const changesOf = (chatId: string, seq: number) => ({ chatId: new Types.ObjectId(chatId), "system.target": seq });

/** The update after which the target's document shows what `shown` shows. */
const copyOf = ({ content, editedAt, deleted, changedBy }: Entry): mongo.Document =>
  deleted === undefined
    ? { $set: { content, editedAt, changedBy } }
    : { $set: { content, deleted, changedBy }, $unset: { attachment: "", editedAt: "" } };

/**
 * What a message shows, as the entries that changed it say. The entries decide; what the message's own document holds is
 * a copy that follows them, set only by a change with a higher seq than the last one. So the copies of two changes may
 * come in any order, and each may come again. The uploaded file of a deleted message is forgotten before the message loses
 * its id, so no crash leaves a file behind.
 */
export const createEntryChanges = (entries: Entries, forgetUpload: (id: string) => Promise<void>) => {
  const find = async (chatId: string, seq: number): Promise<Entry | null> => {
    const document = await entries.findOne(targetOf(chatId, seq), lasting);
    return document && toEntry(document);
  };

  /** Takes the text out of all edits of a message. */
  const emptyEdits = async (chatId: string, seq: number): Promise<void> => {
    const withText = { ...changesOf(chatId, seq), content: { $ne: "" } };
    await entries.updateMany(withText, { $set: { content: "" } }, { ...durable, hint: changesIndex });
  };

  /** Copies what the changes make of the target, where its document does not show more already. */
  const write = async (target: Entry, changes: Entry[]): Promise<Entry | null> => {
    const { chatId, seq } = target;
    const wanted = changes.reduce(afterChange, target);
    if (wanted.deleted && target.attachment && "id" in target.attachment) await forgetUpload(target.attachment.id);
    const older = { changedBy: { $not: { $gte: wanted.changedBy ?? 0 } }, deleted: { $exists: false } };
    const { matchedCount } =
      wanted === target
        ? { matchedCount: 1 }
        : await entries.updateOne({ ...targetOf(chatId, seq), ...older }, copyOf(wanted), durable);
    const shown = matchedCount === 1 ? wanted : await find(chatId, seq);
    // Repeated for a message that was deleted before: a crash may have come between the two writes.
    if (shown?.deleted !== undefined) await emptyEdits(chatId, seq);
    return shown;
  };

  return {
    /** The entry at exactly this seq, as it is shown now; null if there is none. Copies that a crash prevented are made. */
    shownAt: async (chatId: string, seq: number): Promise<Entry | null> => {
      const target = await find(chatId, seq);
      if (target === null) return null;
      const newer = { ...changesOf(chatId, seq), seq: { $gt: target.changedBy ?? seq } };
      const found = await entries
        .find(newer, { ...lasting, hint: changesIndex })
        .sort({ seq: 1 })
        .toArray();
      return found.length === 0 && target.deleted === undefined ? target : write(target, found.map(toEntry));
    },

    /** Copies a change to its target. @returns the target as it is shown then; null for an entry that changes none */
    apply: async (change: Entry): Promise<Entry | null> => {
      const note = changeIn(change);
      const target = note && (await find(change.chatId, note.target));
      return target && write(target, [change]);
    },
  };
};
