import { type mongo, Types } from "mongoose";
import type { Report, Reports } from "../../chat/reports.ts";
import { decodeCursor, encodeCursor } from "../cursors.ts";
import { isDuplicateKey, orUnavailable } from "../driver-errors.ts";
import { durable, lasting } from "../durability.ts";
import type { ReportDocument } from "../models.ts";

const openFirst = { status: -1, createdAt: 1, _id: 1 } as const;

export const toReport = ({ _id, chatId, ...rest }: ReportDocument): Report => ({
  id: _id.toHexString(),
  chatId: chatId.toHexString(),
  ...rest,
});

/** A place in the list, after the report with these. */
type Place = Pick<ReportDocument, "_id" | "status" | "createdAt">;

const encodePlace = ({ status, createdAt, _id }: Place): string =>
  encodeCursor(status, createdAt.getTime(), _id.toHexString());

const decodePlace = (cursor: string): Place => {
  const [status, time, id] = decodeCursor(cursor, /^(open|closed)\.(\d{1,15})\.([0-9a-f]{24})$/);
  return {
    status: status === "open" ? "open" : "closed",
    createdAt: new Date(Number(time)),
    _id: new Types.ObjectId(id),
  };
};

/** What comes after a place: "open" sorts before "closed". */
const afterPlace = ({ status, createdAt, _id }: Place): mongo.Filter<ReportDocument> => ({
  $or: [
    { status: { $lt: status } },
    { status, createdAt: { $gt: createdAt } },
    { status, createdAt, _id: { $gt: _id } },
  ],
});

/** The reports in MongoDB's `reports`. */
export const createReportStore = (collection: mongo.Collection<ReportDocument>): Reports => {
  const findSame: Reports["findSame"] = async ({ chatId, reporterId, seq, reason }) => {
    const found = await collection.findOne({ chatId: new Types.ObjectId(chatId), reporterId, seq, reason }, lasting);
    return found && toReport(found);
  };

  const add: Reports["add"] = async ({ chatId, ...report }) => {
    const document: ReportDocument = { _id: new Types.ObjectId(), chatId: new Types.ObjectId(chatId), ...report };
    try {
      await collection.insertOne(document, durable);
      return { report: toReport(document), made: true };
    } catch (error) {
      const same = isDuplicateKey(error) ? await findSame({ chatId, ...report }) : null;
      if (same === null) throw error;
      return { report: same, made: false };
    }
  };

  return {
    findSame: (report) => orUnavailable(() => findSame(report)),
    add: (report) => orUnavailable(() => add(report)),
    madeBy: async function* (chatId, reporterId) {
      const found = collection.find({ chatId: new Types.ObjectId(chatId), reporterId }, lasting);
      for await (const report of found.project<ReportDocument>({ entries: 0 }))
        yield toReport({ ...report, entries: [] });
    },
    forgetNotes: (chatId, reporterId) =>
      orUnavailable(async () => {
        const noted = { chatId: new Types.ObjectId(chatId), reporterId, note: { $ne: null } };
        return (await collection.updateMany(noted, { $set: { note: null } }, durable)).modifiedCount;
      }),
    list: ({ status, limit, cursor }) => {
      const place = cursor === undefined ? {} : afterPlace(decodePlace(cursor));
      return orUnavailable(async () => {
        const found = await collection
          .find({ ...place, ...(status && { $and: [{ status }] }) }, lasting)
          .sort(openFirst)
          .limit(limit + 1)
          .toArray();
        const page = found.slice(0, limit);
        const last = page.at(-1);
        return { reports: page.map(toReport), nextCursor: last && found.length > limit ? encodePlace(last) : null };
      });
    },
    setStatus: (id, { status, note, at }) =>
      orUnavailable(async () => {
        const set = { status, operatorNote: note, updatedAt: at, ...(status === "closed" && { entries: [] }) };
        const changed = await collection.findOneAndUpdate(
          { _id: new Types.ObjectId(id) },
          { $set: set },
          { returnDocument: "after", ...durable },
        );
        return changed && toReport(changed);
      }),
  };
};
