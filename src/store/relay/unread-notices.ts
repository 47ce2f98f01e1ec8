import type { mongo } from "mongoose";
import type { Role } from "../../chat/roles.ts";
import { isDuplicateKey } from "../driver-errors.ts";
import { durable, lasting } from "../durability.ts";

/**
 * A run of unread entries of one person in one chat, of which others are told once. `firstSeq`, `firstAt`: the entry it
 * began with. `lastSeq`, `lastAt`: the newest one that belongs to it, as far as looked. `checkAt`: when to look again.
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

/** Which chat, and whose. */
export type NoticeKey = Pick<UnreadNotice, "chatId" | "role">;

/** The notices that wait, and those that were told and whose run may go on. */
export type UnreadNotices = {
  find: (keys: NoticeKey[]) => Promise<UnreadNotice[]>;
  /** Those to look at, the longest due first. */
  due: (now: Date, limit: number) => Promise<UnreadNotice[]>;
  /** When the first of all is to be looked at; null where there is none. */
  nextAt: () => Promise<Date | null>;
  /** Writes each where what stands there is still what was `seen` before (null: nothing); another's is left alone. */
  put: (changes: { notice: UnreadNotice; seen: UnreadNotice | null }[]) => Promise<void>;
  /** Forgets runs that are over. */
  remove: (notices: UnreadNotice[]) => Promise<void>;
};

export type NoticeDocument = UnreadNotice & { _id: string };

const idOf = ({ chatId, role }: NoticeKey): string => `${chatId}:${role}`;
const withoutId = ({ _id, ...notice }: NoticeDocument): UnreadNotice => notice;

// The run that was seen, and not one that somebody else began meanwhile.
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
    // A run that somebody else began since then stands in the way of the upsert, and stays.
    await collection.bulkWrite(writes, { ordered: false, ...durable }).catch((error: unknown) => {
      if (!isDuplicateKey(error)) throw error;
    });
  },

  remove: async (notices) => {
    if (notices.length === 0) return;
    const writes = notices.map((notice) => ({ deleteOne: { filter: same(notice) } }));
    await collection.bulkWrite(writes, { ordered: false, ...durable });
  },
});
