import { type mongo, Types } from "mongoose";
import type { DueUpload, Uploads } from "../../chat/upload-ports.ts";
import { orUnavailable } from "../driver-errors.ts";
import { durable } from "../durability.ts";
import type { UploadDocument } from "../models.ts";
import { after, forgetting, toUpload } from "./upload-documents.ts";

/** How long one look may take; after a crash the upload is due again then. */
const lookMs = 300_000;

type DueUploads = Pick<Uploads, "takeDue" | "forgetDue" | "lookAgain" | "settle" | "erase">;

/** The sweep's side of `attachments`. Several processes may sweep at once: each takes an upload of its own. */
export const createDueUploads = (collection: mongo.Collection<UploadDocument>, now: () => Date): DueUploads => {
  /** The upload, if nothing else has set its time since it was taken. */
  const taken = ({ id, until }: DueUpload) => ({ _id: new Types.ObjectId(id), sweepAt: until });

  const change = (due: DueUpload, update: mongo.UpdateFilter<UploadDocument>) =>
    orUnavailable(async () => (await collection.updateOne(taken(due), update, durable)).matchedCount === 1);

  return {
    takeDue: () =>
      orUnavailable(async () => {
        const until = new Date(now().getTime() + lookMs);
        const due = await collection.findOneAndUpdate(
          { sweepAt: { $lte: now() } },
          { $set: { sweepAt: until } },
          { ...after, sort: { sweepAt: 1 } },
        );
        return due && { ...toUpload(due), isForgotten: due.forgotten === true, until };
      }),
    forgetDue: (due) => change(due, forgetting),
    lookAgain: async (due, at) => void (await change(due, { $set: { sweepAt: at } })),
    settle: async (due) => void (await change(due, { $unset: { sweepAt: "", unsentOf: "" } })),
    erase: (due) => orUnavailable(async () => void (await collection.deleteOne(taken(due), durable))),
  };
};
