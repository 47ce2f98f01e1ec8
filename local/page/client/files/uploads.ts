import type { UploadedAttachment } from "../../../../src/chat/log/attachment.ts";
import type { NewUpload, ReadableFile, UploadBegun, UploadedFile } from "../../../../src/chat/log/uploaded-file.ts";
import { redraw } from "./redraw.ts";

type Rest = {
  beginUpload: (chatId: string, file: NewUpload) => Promise<UploadBegun>;
  completeUpload: (chatId: string, id: string) => Promise<UploadedFile>;
  readFile: (chatId: string, id: string) => Promise<ReadableFile>;
};

/** The usual extension of what a picture is drawn as. */
const extensions: Partial<Record<string, string>> = { "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp" };

const nameFor = (file: File, type: string): string => {
  const extension = extensions[type];
  return extension === undefined || file.type === type ? file.name : `${file.name.replace(/\.\w+$/, "")}.${extension}`;
};

/** Uploads a person's files, and asks where to read them. Rejects with an Error whose message may be shown. */
export const createUploads = (rest: Rest) => ({
  /** A picture that this browser can draw becomes an image, anything else a file. */
  upload: async (chatId: string, file: File): Promise<{ type: "image" | "file"; attachment: UploadedAttachment }> => {
    const drawn = await redraw(file);
    const { blob = file, ...pixels } = drawn ?? {};
    const mimeType = blob.type || "application/octet-stream";
    const described = { name: nameFor(file, mimeType), mimeType, size: blob.size, ...pixels };
    const { attachment, upload } = await rest.beginUpload(chatId, described);
    const { method, url, headers } = upload;
    const response = await fetch(url, { method, headers, body: blob }).catch(() => null);
    if (!response?.ok) throw new Error("The store for files did not take the file.");
    const { state, ...complete } = await rest.completeUpload(chatId, attachment.id);
    if (state === "uploading") throw new Error("The file is not uploaded completely.");
    return { type: drawn === null ? "file" : "image", attachment: { ...complete, state } };
  },
  /** An address from which the file can be read now. */
  addressOf: async (chatId: string, id: string): Promise<string> => (await rest.readFile(chatId, id)).url,
});
