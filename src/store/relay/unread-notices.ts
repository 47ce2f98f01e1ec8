import type { mongo } from "mongoose";
import type { Role } from "../../chat/roles.ts";
import { isDuplicateKey } from "../driver-errors.ts";
import { durable, lasting } from "../durability.ts";

/**
 * A burst of unread entries of one person in one chat, for which one event is published. `firstSeq`, `firstAt`: its first
 * entry. `lastSeq`, `lastAt`: its newest entry that was seen so far. `checkAt`: when to check again.
 */
export type UnreadNotice = {
  chatId: string;
  role: Role;
  firstSeq: number;
  firstAt: Date;
  lastSeq: number;
  lastAt: Date;
  toldAt: Date | null;
  checkAt: Date;
};

/** The chat, and the person. */
export type NoticeKey = Pick<UnreadNotice, "chatId" | "role">;

/** The waiting notices, and the published ones whose burst may continue. */
export type UnreadNotices = {
  find: (keys: NoticeKey[]) => Promise<UnreadNotice[]>;
  /** The notices to check, those that are due longest first. */
  due: (now: Date, limit: number) => Promise<UnreadNotice[]>;
  /** When the next notice is due; null if there is none. */
  nextAt: () => Promise<Date | null>;
  /** Writes each notice if the stored one is still the one that was `seen` (null: none); otherwise it changes nothing. */
  put: (changes: { notice: UnreadNotice; seen: UnreadNotice | null }[]) => Promise<void>;
  /** Sets when to check a notice again, unless another process has changed that since the notice was read. */
  postpone: (changes: { notice: UnreadNotice; checkAt: Date }[]) => Promise<void>;
  /** Makes a waiting notice due for a check; does nothing if there is none. */
  lookSoon: (key: NoticeKey, now: Date) => Promise<void>;
  /** Deletes bursts that are over. */
  remove: (notices: UnreadNotice[]) => Promise<void>;
};

export type NoticeDocument = UnreadNotice & { _id: string };

const idOf = ({ chatId, role }: NoticeKey): string => `${chatId}:${role}`;
const withoutId = ({ _id, ...notice }: NoticeDocument): UnreadNotice => notice;

// The burst that was seen, not one that another process began in the meantime.
const same = (notice: UnreadNotice) => ({ _id: idOf(notice), firstSeq: notice.firstSeq });

export const createUnreadNotices = (collection: mongo.Collection<NoticeDocument>): UnreadNotices => ({
  find: async (keys) => {
    const found = await collection.find({ _id: { $in: keys.map(idOf) } }, lasting).toArray();
    return found.map(withoutId);
  },

  due: async (now, limit) => {
    const found = await collection
      .find({ checkAt: { $lte: now } }, lasting)
      .sort({ checkAt: 1 })
      .limit(limit)
      .toArray();
    return found.map(withoutId);
  },

  nextAt: async () => {
    const next = await collection.findOne({}, { ...lasting, sort: { checkAt: 1 }, projection: { checkAt: 1 } });
    return next?.checkAt ?? null;
  },

  put: async (changes) => {
    if (changes.length === 0) return;
    const writes = changes.map(({ notice, seen }) =>
      seen === null
        ? { updateOne: { filter: { _id: idOf(notice) }, update: { $setOnInsert: notice }, upsert: true } }
        : { updateOne: { filter: same(seen), update: { $set: notice }, upsert: true } },
    );
    // A burst that another process has begun since then makes the upsert fail, and stays.
    await collection.bulkWrite(writes, { ordered: false, ...durable }).catch((error: unknown) => {
      if (!isDuplicateKey(error)) throw error;
    });
  },

  postpone: async (changes) => {
    if (changes.length === 0) return;
    const writes = changes.map(({ notice, checkAt }) => ({
      updateOne: { filter: { ...same(notice), checkAt: notice.checkAt }, update: { $set: { checkAt } } },
    }));
    await collection.bulkWrite(writes, { ordered: false, ...durable });
  },

  lookSoon: async (key, now) => {
    await collection.updateOne({ _id: idOf(key), toldAt: null }, { $set: { checkAt: now } }, durable);
  },

  remove: async (notices) => {
    if (notices.length === 0) return;
    const writes = notices.map((notice) => ({ deleteOne: { filter: same(notice) } }));
    await collection.bulkWrite(writes, { ordered: false, ...durable });
  },
});
