import { type mongo, Types } from "mongoose";
import type { Erasure, ErasurePlace, Erasures } from "../../chat/user-data/erasure.ts";
import { orUnavailable, upsert } from "../driver-errors.ts";
import { durable, lasting } from "../durability.ts";
import type { ErasureDocument } from "../models.ts";

export const toErasure = ({ _id, id, state, erased, requestedAt, finishedAt }: ErasureDocument): Erasure => ({
  userId: _id,
  id: id.toHexString(),
  state,
  erased,
  requestedAt,
  finishedAt,
});

const toPlace = ({ _id, pass, after }: ErasureDocument): ErasurePlace => ({
  userId: _id,
  pass,
  after: after?.toHexString() ?? null,
});

/** The erasure, if it is still where it was seen: another process may have moved it. */
const at = ({ userId, pass, after }: ErasurePlace): mongo.Filter<ErasureDocument> => ({
  _id: userId,
  state: "running",
  pass,
  after: after === null ? null : new Types.ObjectId(after),
});

/** From how many on they are no longer counted. */
const mostCounted = 10_000;

const isRunning = { $eq: ["$state", "running"] };

/** The update that begins an erasure, goes on with a running one, or begins a finished one again. */
const requestStages = (requestedAt: Date) => [
  {
    $set: {
      id: { $ifNull: ["$id", new Types.ObjectId()] },
      state: "running",
      erased: { $ifNull: ["$erased", 0] },
      requestedAt: { $cond: [isRunning, "$requestedAt", requestedAt] },
      finishedAt: null,
      pass: { $cond: [isRunning, "$pass", { $add: [{ $ifNull: ["$pass", 0] }, 1] }] },
      after: { $cond: [isRunning, "$after", null] },
      isDirty: isRunning,
    },
  },
];

/** The update that ends a pass. */
const endStages = (finishedAt: Date) => [
  {
    $set: {
      state: { $cond: ["$isDirty", "running", "done"] },
      finishedAt: { $cond: ["$isDirty", null, finishedAt] },
      pass: { $add: ["$pass", 1] },
      after: null,
      isDirty: false,
    },
  },
];

/** The erasures in MongoDB's `erasures`, one document for each user. */
export const createErasureStore = (collection: mongo.Collection<ErasureDocument>): Erasures => {
  const request = async (userId: string, requestedAt: Date): Promise<Erasure> => {
    const options = { upsert: true, returnDocument: "after", ...durable } as const;
    const stored = await collection.findOneAndUpdate({ _id: userId }, requestStages(requestedAt), options);
    if (stored === null) throw new Error("an erasure was not stored");
    return toErasure(stored);
  };

  return {
    request: (userId, requestedAt) => orUnavailable(() => upsert(() => request(userId, requestedAt))),
    find: (userId) =>
      orUnavailable(async () => {
        const found = await collection.findOne({ _id: userId }, lasting);
        return found && toErasure(found);
      }),
    open: () =>
      orUnavailable(async () => {
        const running = { state: "running" } as const;
        const [count, oldest] = await Promise.all([
          collection.countDocuments(running, { ...lasting, limit: mostCounted }),
          collection.findOne(running, { ...lasting, sort: { requestedAt: 1 }, projection: { requestedAt: 1 } }),
        ]);
        return { count, oldestAt: oldest?.requestedAt ?? null };
      }),
    running: (limit) =>
      orUnavailable(async () => {
        const found = collection.find({ state: "running" }, lasting).sort({ requestedAt: 1 }).limit(limit);
        return (await found.toArray()).map(toPlace);
      }),
    distrust: () =>
      orUnavailable(
        async () => void (await collection.updateMany({ state: "running" }, { $set: { isDirty: true } }, durable)),
      ),
    found: (userId, erased) =>
      orUnavailable(async () => {
        const more = { $inc: { erased }, $set: { isDirty: true } };
        await collection.updateOne({ _id: userId, state: "running" }, more, durable);
      }),
    move: (place, after) =>
      orUnavailable(async () => {
        await collection.updateOne(at(place), { $set: { after: new Types.ObjectId(after) } }, durable);
      }),
    endPass: (place, finishedAt) =>
      orUnavailable(async () => void (await collection.updateOne(at(place), endStages(finishedAt), durable))),
  };
};
