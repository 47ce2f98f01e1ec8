import type { mongo } from "mongoose";
import { type ChangeFeed, type CollectionNames, openChangeFeed, type Position, positionNow } from "./change-feed.ts";
import { acquireLease, type Lease } from "./relay-lease.ts";
import { createRelayScan, type RelayScan } from "./relay-scan.ts";
import { createUnreadNotices, type NoticeDocument, type UnreadNotices } from "./unread-notices.ts";

/** What the relay needs from the database in addition to the log and the cards. */
export type RelayStore = {
  acquire: (request: { name: string; holder: string; leaseMs: number }) => Promise<Lease | null>;
  positionNow: () => Promise<Position>;
  openFeed: (position: Position) => ChangeFeed;
  scan: RelayScan;
  notices: UnreadNotices;
  /** Makes the index that finds due notices; can be repeated. */
  prepare: () => Promise<void>;
};

type Parts = { mongodbUri: string; database: mongo.Db; names: CollectionNames };

export const createRelayStore = ({ mongodbUri, database, names }: Parts): RelayStore => {
  const notices = database.collection<NoticeDocument>("unread_notices");
  return {
    acquire: (request) => acquireLease(database, request),
    positionNow: () => positionNow(database),
    openFeed: (position) => openChangeFeed({ mongodbUri, database: database.databaseName, names }, position),
    scan: createRelayScan({
      entries: database.collection(names.entries),
      cards: database.collection(names.cards),
      reports: database.collection(names.reports),
      erasures: database.collection(names.erasures),
    }),
    notices: createUnreadNotices(notices),
    // The notices to check next.
    prepare: async () => void (await notices.createIndex({ checkAt: 1 }, { name: "due" })),
  };
};
