import { type mongo, Types } from "mongoose";
import { ChatError } from "../../chat/errors.ts";
import type { Report, Reports } from "../../chat/reports.ts";
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
const cursorForm = /^(open|closed)\.(\d{1,15})\.([0-9a-f]{24})$/;

const encodeCursor = ({ status, createdAt, _id }: Place): string =>
  Buffer.from(`${status}.${createdAt.getTime()}.${_id.toHexString()}`).toString("base64url");

const decodeCursor = (cursor: string): Place => {
  const [, status, time, id] = cursorForm.exec(Buffer.from(cursor, "base64url").toString("latin1")) ?? [];
  if ((status !== "open" && status !== "closed") || time === undefined || id === undefined) {
    throw new ChatError("validation_failed", { errors: [{ path: "cursor", message: "a nextCursor of this call" }] });
  }
  return { status, createdAt: new Date(Number(time)), _id: new Types.ObjectId(id) };
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
    list: ({ status, limit, cursor }) => {
      const place = cursor === undefined ? {} : afterPlace(decodeCursor(cursor));
      return orUnavailable(async () => {
        const found = await collection
          .find({ ...place, ...(status && { $and: [{ status }] }) }, lasting)
          .sort(openFirst)
          .limit(limit + 1)
          .toArray();
        const page = found.slice(0, limit);
        const last = page.at(-1);
        return { reports: page.map(toReport), nextCursor: last && found.length > limit ? encodeCursor(last) : null };
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
