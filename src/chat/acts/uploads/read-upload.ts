import type { RequireParticipant } from "../../access.ts";
import { ChatError } from "../../errors.ts";
import { type ReadableFile, shownUpload } from "../../log/uploaded-file.ts";
import type { FileStore, Upload, Uploads } from "../../upload-ports.ts";
import { findUpload, requireStore, type UploadKey } from "./find-upload.ts";

export type ReadUpload = (key: UploadKey) => Promise<ReadableFile>;

type Parts = {
  requireParticipant: RequireParticipant;
  uploads: Pick<Uploads, "find">;
  store: Pick<FileStore, "isUp" | "readAddress">;
};

/** @throws ChatError `upload_incomplete`, `not_found` */
const requireReady = ({ state }: Upload): void => {
  if (state === "rejected") throw new ChatError("not_found", { text: "A scanner found something in this file." });
  if (state === "scanning") throw new ChatError("upload_incomplete", { text: "The file waits for a scanner." });
  if (state === "uploading") throw new ChatError("upload_incomplete");
};

/**
 * An address from which a participant reads an uploaded file, only while the file is `ready`. An id is random, so only
 * its sender knows it before a message names it.
 * @throws ChatError `chat_not_found`, `not_found` also for a rejected file, `upload_incomplete`, `unavailable` also while
 *   the store for files is away
 */
export const createReadUpload =
  ({ requireParticipant, uploads, store }: Parts): ReadUpload =>
  async ({ chatId, userId, attachmentId }) => {
    const { facts } = await requireParticipant(chatId, userId);
    const upload = await findUpload(uploads, { chatId: facts.id, id: attachmentId });
    requireReady(upload);
    await requireStore(store);
    const { url, expiresAt } = await store.readAddress(upload);
    return { attachment: shownUpload(upload), url, expiresAt: expiresAt.toISOString() };
  };
