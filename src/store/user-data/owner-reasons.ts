import { type mongo, Types } from "mongoose";
import type { OwnerReasons, StatusEntry, StoredReason } from "../../chat/user-data/forget-reasons.ts";
import { orUnavailable } from "../driver-errors.ts";
import { durable, lasting } from "../durability.ts";
import { toEntry } from "../entry-documents.ts";
import { type CardDocument, type EntryDocument, seqIndex } from "../models.ts";

type Collections = { entries: mongo.Collection<EntryDocument>; cards: mongo.Collection<CardDocument> };

/** Entries in one query: a chat of a million is read in many short ones. */
const stepSize = 2_000;

const isStatus = { "system.status": { $exists: true } } as const;

/** The reasons that owners gave, in the log and on the card. No index finds them: a chat's log is read through. */
export const createOwnerReasons = ({ entries, cards }: Collections): OwnerReasons => {
  const lastSeq = async (chatId: Types.ObjectId): Promise<number> => {
    const newest = await entries.findOne({ chatId }, { ...lasting, sort: { seq: -1 }, projection: { seq: 1 } });
    return newest?.seq ?? 0;
  };

  const statusEntries = async (id: string): Promise<StatusEntry[]> => {
    const chatId = new Types.ObjectId(id);
    const projection = { seq: 1, type: 1, system: 1, statusReason: 1 } as const;
    const last = await lastSeq(chatId);
    const found: StatusEntry[] = [];
    for (let after = 0; after < last; after += stepSize) {
      const seq = { $gt: after, $lte: after + stepSize };
      const options = { ...lasting, projection, hint: seqIndex };
      found.push(
        ...(await entries
          .find<StatusEntry>({ chatId, seq, ...isStatus }, options)
          .sort({ seq: 1 })
          .toArray()),
      );
    }
    return found;
  };

  const forgetStates = async (chatId: Types.ObjectId, { seq: first, until, reason }: StoredReason): Promise<void> => {
    for (let from = first; from < until; from += stepSize) {
      const seq = { $gte: from, $lt: Math.min(until, from + stepSize) };
      const carrying = { chatId, seq, statusReason: reason };
      await entries.updateMany(carrying, { $set: { statusReason: null } }, { ...durable, hint: seqIndex });
    }
  };

  const forget = async (stored: StoredReason): Promise<EntryDocument | null> => {
    const [chatId, { seq }] = [new Types.ObjectId(stored.chatId), stored];
    await forgetStates(chatId, stored);
    const onCard = { _id: chatId, "lastMessage.seq": seq };
    await cards.updateOne(onCard, { $unset: { "lastMessage.system.reason": "" } }, durable);
    // Last: as long as it is there, the reason is found again after a crash.
    const options = { returnDocument: "after", ...durable } as const;
    return entries.findOneAndUpdate({ chatId, seq }, { $unset: { "system.reason": "" } }, options);
  };

  return {
    statusEntries: (chatId) => orUnavailable(() => statusEntries(chatId)),
    forget: (reason) =>
      orUnavailable(async () => {
        const changed = await forget(reason);
        return changed && toEntry(changed);
      }),
  };
};
