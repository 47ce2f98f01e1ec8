import { mongo as driver, type mongo } from "mongoose";
import type { Entry } from "../../chat/log/entry.ts";
import type { Report } from "../../chat/reports.ts";
import type { Role } from "../../chat/roles.ts";
import type { ErasedUser } from "../../chat/user-data/erasure.ts";
import { lasting } from "../durability.ts";
import { toEntry } from "../entry-documents.ts";
import type { CardDocument, EntryDocument, ErasureDocument, ReportDocument } from "../models.ts";
import { toReport } from "../reports/report-store.ts";

/** A position up to which somebody marked a chat as read. */
export type StoredReceipt = { chatId: string; role: Role; seq: number; at: Date };

/**
 * A change in the database. `people`: a chat that a cancellation had made got its two people.
 */
export type Change =
  | { kind: "entry"; entry: Entry }
  | { kind: "receipt"; receipt: StoredReceipt }
  | { kind: "report"; report: Report }
  | { kind: "erased"; erased: ErasedUser }
  | { kind: "people"; chatId: string };

/** A position in the database's history. `at`: the approximate time; the rest is MongoDB's own token. */
export type Position = { at: Date; token?: unknown; startAt?: mongo.Timestamp };

export type ChangeFeed = {
  /**
   * The next changes, and the position after them; no changes if nothing came for some seconds.
   * @throws an error for which `isHistoryGone` is true if the database no longer has the position at which it was opened
   */
  next: () => Promise<{ changes: Change[]; position: Position }>;
  close: () => Promise<void>;
};

type Stored = EntryDocument | CardDocument | ReportDocument | ErasureDocument;
/** The names of the followed collections. */
export type CollectionNames = { entries: string; cards: string; reports: string; erasures: string };

const waitMs = 3_000;
const batchSize = 250;
const roles = ["owner", "seeker"] as const;

// A card changes with every entry; only these fields matter. Field names may be whole paths here.
const toldFields = ["receipts", "ownerId"];
const firstOfPath = { $arrayElemAt: [{ $split: ["$$this.k", "."] }, 0] };
const updatedFields = { $objectToArray: { $ifNull: ["$updateDescription.updatedFields", {}] } };

const told = ({ entries, cards, reports, erasures }: CollectionNames) => ({
  $match: {
    $or: [
      { "ns.coll": { $in: [entries, reports] }, operationType: "insert" },
      { "ns.coll": cards, operationType: "replace" },
      { "ns.coll": erasures, operationType: "update", "updateDescription.updatedFields.state": "done" },
      {
        "ns.coll": cards,
        operationType: "update",
        $expr: { $anyElementTrue: [{ $map: { input: updatedFields, in: { $in: [firstOfPath, toldFields] } } }] },
      },
    ],
  },
});

/** The current end of the database's history. What a majority does not have yet counts as later. */
export const positionNow = async (database: mongo.Db): Promise<Position> => {
  const { operationTime } = await database.command({ ping: 1 });
  return { at: new Date(), startAt: operationTime };
};

/**
 * A separate connection: from an old position the database may read for longer than any other query may take, before it
 * finds a change. The driver's check every two seconds notices if the server is gone.
 */
const clientOptions = {
  appName: "lyvo-chat relay",
  serverSelectionTimeoutMS: 3_000,
  connectTimeoutMS: 3_000,
  heartbeatFrequencyMS: 2_000,
  serverMonitoringMode: "poll",
  socketTimeoutMS: 120_000,
  maxPoolSize: 2,
} as const;

type Source = { mongodbUri: string; database: string; names: CollectionNames };

/** Follows these collections from a position on, in write order, as far as a majority of the database has them. */
export const openChangeFeed = ({ mongodbUri, database, names }: Source, { token, startAt }: Position): ChangeFeed => {
  const client = new driver.MongoClient(mongodbUri, clientOptions);
  const stream = client.db(database).watch<Stored>([told(names)], {
    maxAwaitTimeMS: waitMs,
    batchSize,
    ...lasting,
    ...(token === undefined ? startAt && { startAtOperationTime: startAt } : { startAfter: token }),
  });
  return {
    next: async () => {
      const askedAt = new Date();
      const change = await stream.tryNext();
      if (stream.closed) throw new Error("the change stream ended");
      const at = change && "wallTime" in change && change.wallTime ? change.wallTime : askedAt;
      return { changes: change === null ? [] : changesOf(change, names), position: { at, token: stream.resumeToken } };
    },
    close: async () => {
      await stream.close().catch(() => undefined);
      await client.close();
    },
  };
};

const changesOf = (change: mongo.ChangeStreamDocument<Stored>, { erasures }: CollectionNames): Change[] => {
  switch (change.operationType) {
    case "insert":
    case "replace":
      return documentChanges(change.fullDocument);
    case "update":
      return change.ns.coll === erasures ? erasureChanges(change) : cardChanges(change);
    default:
      return [];
  }
};

const erasureChanges = ({ documentKey, updateDescription }: mongo.ChangeStreamUpdateDocument<Stored>): Change[] => {
  const at = valueAt({ ...updateDescription?.updatedFields }, ["finishedAt"]);
  return at instanceof Date ? [{ kind: "erased", erased: { userId: String(documentKey._id), at } }] : [];
};

const documentChanges = (document: Stored): Change[] => {
  if ("isDirty" in document) return [];
  if ("reporterId" in document) return [{ kind: "report", report: toReport(document) }];
  if ("chatId" in document) return [{ kind: "entry", entry: toEntry(document) }];
  return receiptsOf(document).map((receipt) => ({ kind: "receipt", receipt }));
};

const cardChanges = ({
  documentKey,
  updateDescription,
  wallTime = new Date(),
}: mongo.ChangeStreamUpdateDocument<Stored>): Change[] => {
  const fields: Record<string, unknown> = { ...updateDescription?.updatedFields };
  const chatId = String(documentKey._id);
  const people: Change[] = fields["ownerId"] ? [{ kind: "people", chatId }] : [];
  const receipts = roles.flatMap((role): Change[] => {
    const seq = valueAt(fields, ["receipts", role, "seq"]);
    if (typeof seq !== "number") return [];
    const at = valueAt(fields, ["receipts", role, "at"]);
    return [{ kind: "receipt", receipt: { chatId, role, seq, at: at instanceof Date ? at : wallTime } }];
  });
  return [...people, ...receipts];
};

/**
 * A value in an update description, in which a changed field may appear at any depth:
 * `{ receipts: { owner: { seq: 4 } } }`, `{ "receipts.owner": { seq: 4 } }` or `{ "receipts.owner.seq": 4 }`.
 */
const valueAt = (fields: Record<string, unknown>, path: string[]): unknown => {
  for (let length = path.length; length > 0; length -= 1) {
    const name = path.slice(0, length).join(".");
    if (Object.hasOwn(fields, name)) return path.slice(length).reduce(fieldOf, fields[name]);
  }
  return undefined;
};

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;

/** The explicit read marks of a card. */
export const receiptsOf = ({ _id, receipts = {} }: Pick<CardDocument, "_id" | "receipts">): StoredReceipt[] =>
  roles.flatMap((role) => {
    const receipt = receipts[role];
    return receipt ? [{ chatId: _id.toHexString(), role, ...receipt }] : [];
  });

// ChangeStreamHistoryLost, InvalidResumeToken, ChangeStreamFatalError (the token is from another history), and the errors
// for an invalid token or time.
const gone = new Set<unknown>([286, 260, 280, 9, 50_811, 50_795, 40_647, 40_649, 40_650]);

/** Whether the database no longer has the position at which a feed was to begin. */
export const isHistoryGone = (error: unknown): boolean =>
  error instanceof driver.MongoServerError && gone.has(error.code);
