import { type mongo, Types } from "mongoose";
import type { Card } from "../../chat/cards/card.ts";
import type { Entry } from "../../chat/log/entry.ts";
import type { Report } from "../../chat/reports.ts";
import type { ErasedUser } from "../../chat/user-data/erasure.ts";
import { toCard } from "../cards/card-documents.ts";
import { lasting } from "../durability.ts";
import { toEntry } from "../entry-documents.ts";
import type { CardDocument, EntryDocument, ErasureDocument, ReportDocument } from "../models.ts";
import { toReport } from "../reports/report-store.ts";
import { receiptsOf, type StoredReceipt } from "./change-feed.ts";

/** A card, its explicit read marks, and whether a cancellation made it: then its people came later than its first entry. */
export type ScannedCard = { card: Card; receipts: StoredReceipt[]; cancelledFirst: boolean };

export type RelayScan = {
  /** The smallest id of that time. */
  idAt: (at: Date) => string;
  /** The next entries of all chats after an id, in the order of ids: approximately by time, not by seq. */
  entriesAfter: (entryId: string, limit: number) => Promise<Entry[]>;
  /** The next cards after an id, in the order of ids. */
  cardsAfter: (chatId: string | null, limit: number) => Promise<ScannedCard[]>;
  cards: (chatIds: string[]) => Promise<Card[]>;
  /** The reports of these chats since a time; null: all. */
  reportsOf: (chatIds: string[], since: Date | null) => Promise<Report[]>;
  /** The next users after one, in the order of ids, whose erasure ended since a time; null: at any time. */
  erasedUsers: (after: string | null, since: Date | null, limit: number) => Promise<ErasedUser[]>;
  /** These entries as they are shown now. */
  shownNow: (entries: Pick<Entry, "id" | "chatId">[]) => Promise<Entry[]>;
  /** The newest entry of each of these chats, by chat. Cards give a starting point; the log decides. */
  newest: (cards: Pick<Card, "id" | "lastSeq">[]) => Promise<Map<string, Entry>>;
};

type Collections = {
  entries: mongo.Collection<EntryDocument>;
  cards: mongo.Collection<CardDocument>;
  reports: mongo.Collection<ReportDocument>;
  erasures: mongo.Collection<ErasureDocument>;
};

const createErasedUsers =
  (erasures: mongo.Collection<ErasureDocument>): RelayScan["erasedUsers"] =>
  async (after, since, limit) => {
    const filter = { finishedAt: since === null ? { $ne: null } : { $gte: since } };
    const found = erasures.find({ ...filter, ...(after !== null && { _id: { $gt: after } }) }, lasting);
    const page = await found.sort({ _id: 1 }).limit(limit).toArray();
    return page.flatMap(({ _id, finishedAt }) => (finishedAt ? [{ userId: _id, at: finishedAt }] : []));
  };

/** Walks over the stored data in pages. An index serves each of the queries. */
export const createRelayScan = ({ entries, cards, reports, erasures }: Collections): RelayScan => {
  const cancelledFirst = async (chatIds: Types.ObjectId[]): Promise<Set<string>> => {
    const found = await entries
      .find({ chatId: { $in: chatIds }, seq: 1, "system.event": "booking_cancelled" }, lasting)
      .project<{ chatId: Types.ObjectId }>({ chatId: 1 })
      .toArray();
    return new Set(found.map(({ chatId }) => chatId.toHexString()));
  };

  return {
    idAt: (at) => Types.ObjectId.createFromTime(Math.max(0, Math.floor(at.getTime() / 1_000))).toHexString(),

    entriesAfter: async (entryId, limit) => {
      const behind = { _id: { $gt: new Types.ObjectId(entryId) } };
      return (await entries.find(behind, lasting).sort({ _id: 1 }).limit(limit).toArray()).map(toEntry);
    },

    cardsAfter: async (chatId, limit) => {
      const found = await cards
        .find(chatId === null ? {} : { _id: { $gt: new Types.ObjectId(chatId) } }, lasting)
        .sort({ _id: 1 })
        .limit(limit)
        .toArray();
      const cancelled = await cancelledFirst(found.map(({ _id }) => _id));
      return found.map((document) => ({
        card: toCard(document),
        receipts: receiptsOf(document),
        cancelledFirst: cancelled.has(document._id.toHexString()),
      }));
    },

    cards: async (chatIds) => {
      const ids = chatIds.map((id) => new Types.ObjectId(id));
      return (await cards.find({ _id: { $in: ids } }, lasting).toArray()).map(toCard);
    },

    reportsOf: async (chatIds, since) => {
      const chatId = { $in: chatIds.map((id) => new Types.ObjectId(id)) };
      const found = reports.find({ chatId, ...(since && { createdAt: { $gte: since } }) }, lasting);
      return (await found.sort({ createdAt: 1 }).toArray()).map(toReport);
    },

    erasedUsers: createErasedUsers(erasures),

    shownNow: async (known) => {
      const chatId = { $in: [...new Set(known.map((entry) => entry.chatId))].map((id) => new Types.ObjectId(id)) };
      const _id = { $in: known.map(({ id }) => new Types.ObjectId(id)) };
      return (await entries.find({ chatId, _id }, { ...lasting, hint: "_id_" }).toArray()).map(toEntry);
    },

    newest: async (known) => {
      if (known.length === 0) return new Map();
      const places = known.map(({ id, lastSeq }) => ({ chatId: new Types.ObjectId(id), seq: { $gte: lastSeq } }));
      const found = (await entries.find({ $or: places }, lasting).toArray()).map(toEntry);
      return new Map(found.toSorted((one, other) => one.seq - other.seq).map((entry) => [entry.chatId, entry]));
    },
  };
};
