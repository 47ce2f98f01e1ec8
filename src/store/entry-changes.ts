import { createHash } from "node:crypto";
import { type mongo, Types } from "mongoose";
import { afterChange, changeIn } from "../chat/log/changes.ts";
import type { Entry } from "../chat/log/entry.ts";
import { durable, lasting } from "./durability.ts";
import { toEntry } from "./entry-documents.ts";
import { changesIndex, type EntryDocument } from "./models.ts";

type Entries = mongo.Collection<EntryDocument>;

const targetsOf = (chatId: string, seqs: number[]) => ({ chatId: new Types.ObjectId(chatId), seq: { $in: seqs } });
const changesOf = (chatId: string, seqs: number[]) => ({
  chatId: new Types.ObjectId(chatId),
  "system.target": { $in: seqs },
});

/** The update after which the target's document shows what `shown` shows. */
const copyOf = ({ content, editedAt, deleted, changedBy, sentDigest }: Entry): mongo.Document =>
  deleted === undefined
    ? { $set: { content, editedAt, changedBy, ...(sentDigest !== undefined && { sentDigest }) } }
    : { $set: { content, deleted, changedBy }, $unset: { attachment: "", editedAt: "", sentDigest: "" } };

/** The copy of what a message shows, which changes nothing where the message's document shows a later change already. */
const copyUpdate = (shown: Entry) => ({
  updateOne: {
    filter: {
      chatId: new Types.ObjectId(shown.chatId),
      seq: shown.seq,
      changedBy: { $not: { $gte: shown.changedBy ?? 0 } },
      deleted: { $exists: false },
    },
    update: copyOf(shown),
  },
});

/** Tells a text from another one when it is not there any more. */
const digestOf = (text: string): string => createHash("sha256").update(text).digest("base64");

/** An edited message with the digest of the text with which it was sent, which `target` shows still. */
const withDigest = (shown: Entry, target: Entry): Entry =>
  shown.editedAt === undefined || target.editedAt !== undefined
    ? shown
    : { ...shown, sentDigest: digestOf(target.content) };

/** Whether a message was sent with this text, though it was edited since. An earlier version left no digest of what it edited. */
export const wasSentAs = ({ content, editedAt, sentDigest }: Entry, text: string): boolean =>
  editedAt === undefined ? content === text : sentDigest === undefined || sentDigest === digestOf(text);

const seqsOf = (entries: Entry[]): number[] => entries.map(({ seq }) => seq);
const uploadsOf = (entries: Entry[]): string[] =>
  entries.flatMap(({ attachment }) => (attachment && "id" in attachment ? [attachment.id] : []));

/**
 * What messages of a chat show, as the entries that changed them say. The entries decide; what a message's own document
 * holds is a copy that follows them, set only by a change with a higher seq than the last one. So the copies of two changes
 * may come in any order, and each may come again. The uploaded file of a deleted message is forgotten before the message
 * loses its id, so no crash leaves a file behind. Many messages take as many queries as one.
 */
export const createEntryChanges = (entries: Entries, forgetUploads: (ids: string[]) => Promise<void>) => {
  const find = async (chatId: string, seqs: number[]): Promise<Entry[]> => {
    const found = await entries.find(targetsOf(chatId, seqs), lasting).sort({ seq: 1 }).toArray();
    return found.map(toEntry);
  };

  /** Takes the text out of all edits of these messages. */
  const emptyEdits = async (chatId: string, seqs: number[]): Promise<void> => {
    if (seqs.length === 0) return;
    const withText = { ...changesOf(chatId, seqs), content: { $ne: "" } };
    await entries.updateMany(withText, { $set: { content: "" } }, { ...durable, hint: changesIndex });
  };

  /** @returns how many documents did not show more already */
  const copy = async (changed: Entry[]): Promise<number> => {
    if (changed.length === 0) return 0;
    const { matchedCount } = await entries.bulkWrite(changed.map(copyUpdate), { ordered: false, ...durable });
    return matchedCount;
  };

  /** Copies what the changes make of their targets, all of one chat, where the documents do not show more already. */
  const write = async (chatId: string, targets: Entry[], changes: Entry[]): Promise<Entry[]> => {
    const byTarget = Map.groupBy(changes, (change) => changeIn(change)?.target);
    const wanted = targets.map((target) =>
      withDigest((byTarget.get(target.seq) ?? []).reduce(afterChange, target), target),
    );
    const changed = wanted.filter((shown, index) => shown !== targets[index]);
    const losing = targets.filter((_target, index) => wanted[index]?.deleted !== undefined);
    if (uploadsOf(losing).length > 0) await forgetUploads(uploadsOf(losing));
    const copied = await copy(changed);
    const shown = copied === changed.length ? wanted : await find(chatId, seqsOf(targets));
    // Repeated for messages that were deleted before: a crash may have come between the two writes.
    await emptyEdits(chatId, seqsOf(shown.filter(({ deleted }) => deleted !== undefined)));
    return shown;
  };

  return {
    /** The entries at exactly these seqs, as they are shown now, ascending. Copies that a crash prevented are made. */
    shownAmong: async (chatId: string, seqs: number[]): Promise<Entry[]> => {
      const targets = await find(chatId, seqs);
      if (targets.length === 0) return [];
      const earliest = Math.min(...targets.map(({ changedBy, seq }) => changedBy ?? seq));
      const found = await entries
        .find({ ...changesOf(chatId, seqs), seq: { $gt: earliest } }, { ...lasting, hint: changesIndex })
        .sort({ seq: 1 })
        .toArray();
      return write(chatId, targets, found.map(toEntry));
    },

    /** Copies changes of one chat to their targets. @returns the targets as they are shown then, ascending */
    apply: async (changes: Entry[]): Promise<Entry[]> => {
      const seqs = changes.flatMap((change) => changeIn(change)?.target ?? []);
      const chatId = changes[0]?.chatId;
      if (chatId === undefined || seqs.length === 0) return [];
      return write(chatId, await find(chatId, seqs), changes);
    },
  };
};
