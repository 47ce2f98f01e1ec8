import type { RequireParticipant } from "../../access.ts";
import { ChatError } from "../../errors.ts";
import { shownUpload, type UploadedFile } from "../../log/uploaded-file.ts";
import type { Turns } from "../../ports.ts";
import type { FileStore, Uploads } from "../../upload-ports.ts";
import { findUpload, type UploadKey } from "./find-upload.ts";

export type CompleteUpload = (key: UploadKey) => Promise<UploadedFile>;

type Parts = {
  requireParticipant: RequireParticipant;
  uploads: Pick<Uploads, "find" | "complete">;
  store: Pick<FileStore, "keep">;
  /** Whether a scanner must look at each file. */
  needsScan: boolean;
  /** Limits the requests to the store. */
  turns: Turns;
};

/**
 * Its sender reports that a file is uploaded completely. May be repeated, with the same answer.
 * @throws ChatError `chat_not_found`, `not_found`, `forbidden` for another person's upload, `upload_incomplete`,
 *   `rate_limited`, `unavailable`
 */
export const createCompleteUpload =
  ({ requireParticipant, uploads, store, needsScan, turns }: Parts): CompleteUpload =>
  async ({ chatId, userId, attachmentId }) => {
    const { facts } = await requireParticipant(chatId, userId);
    const upload = await findUpload(uploads, { chatId: facts.id, id: attachmentId });
    if (upload.userId !== userId) throw new ChatError("forbidden");
    if (upload.state !== "uploading") return shownUpload(upload);
    if (!(await turns.run(userId, () => store.keep(upload)))) throw new ChatError("upload_incomplete");
    const completed = await uploads.complete(upload.id, needsScan ? "scanning" : "ready");
    if (completed === null) throw new ChatError("not_found");
    return shownUpload(completed);
  };
