import type { mongo } from "mongoose";
import type { UploadState, Uploads, Verdict } from "../../chat/upload-ports.ts";
import { orUnavailable } from "../driver-errors.ts";
import { durable, lasting } from "../durability.ts";
import type { UploadDocument } from "../models.ts";
import { present, toUpload } from "./upload-documents.ts";

/** From how many on they are no longer counted. */
const mostCounted = 10_000;

/** In which states a verdict changes something, and what. */
const changesBy = (now: Date) =>
  ({
    clean: { from: ["scanning"], change: { $set: { state: "ready" } } },
    infected: {
      from: ["scanning", "ready"],
      change: { $set: { state: "rejected", sweepAt: now }, $unset: { unsentOf: "" } },
    },
  }) as const satisfies Record<Verdict, { from: readonly UploadState[]; change: mongo.UpdateFilter<UploadDocument> }>;

/** The scanner's side of `attachments`. */
export const createVerdicts = (
  collection: mongo.Collection<UploadDocument>,
  now: () => Date,
): Pick<Uploads, "judge" | "waitingScans"> => ({
  judge: (id, verdict) =>
    orUnavailable(async () => {
      const { from, change } = changesBy(now())[verdict];
      await collection.updateOne({ ...present(id), state: { $in: from } }, change, durable);
      const judged = await collection.findOne(present(id), lasting);
      return judged && toUpload(judged);
    }),
  waitingScans: () =>
    orUnavailable(async () => {
      const waiting = { state: "scanning", forgotten: { $exists: false } } as const;
      const [count, oldest] = await Promise.all([
        collection.countDocuments(waiting, { ...lasting, limit: mostCounted }),
        collection.findOne(waiting, { ...lasting, sort: { createdAt: 1 }, projection: { createdAt: 1 } }),
      ]);
      return { count, oldestAt: oldest?.createdAt ?? null };
    }),
});
