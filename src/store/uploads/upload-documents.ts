import { Types } from "mongoose";
import type { Upload } from "../../chat/upload-ports.ts";
import { durable } from "../durability.ts";
import type { UploadDocument } from "../models.ts";

export const toUpload = (document: UploadDocument): Upload => ({
  id: document._id.toHexString(),
  chatId: document.chatId.toHexString(),
  userId: document.userId,
  name: document.name,
  mimeType: document.mimeType,
  size: document.size,
  width: document.width,
  height: document.height,
  state: document.state,
  createdAt: document.createdAt,
});

/** An upload that is not forgotten. */
export const present = (id: string) => ({ _id: new Types.ObjectId(id), forgotten: { $exists: false } });

/** What is left of a forgotten upload is what finds its file: the name that a person gave it goes at once. */
export const forgetting = { $set: { forgotten: true, name: "" }, $unset: { unsentOf: "" } } as const;

/** Options of an update that returns the document as it is then. */
export const after = { returnDocument: "after", ...durable } as const;
