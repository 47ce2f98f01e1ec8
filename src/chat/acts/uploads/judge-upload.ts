import { ChatError } from "../../errors.ts";
import { shownUpload, type UploadedFile } from "../../log/uploaded-file.ts";
import type { FileStore, Uploads, Verdict } from "../../upload-ports.ts";
import type { FollowUpload } from "./follow-upload.ts";

export type JudgeUpload = (request: { attachmentId: string; verdict: Verdict }) => Promise<UploadedFile>;

type Parts = { uploads: Pick<Uploads, "judge">; store: Pick<FileStore, "remove">; follow: FollowUpload };

/**
 * A scanner reports what it found in a file. A clean file is `ready` if it waited for that; an infected one is `rejected`
 * for good, whether it was `ready` or not, and is deleted from the store. The message that names it shows the new state.
 * May be repeated, with the same answer.
 * @throws ChatError `not_found`, `upload_incomplete`, `unavailable`
 */
export const createJudgeUpload =
  ({ uploads, store, follow }: Parts): JudgeUpload =>
  async ({ attachmentId, verdict }) => {
    const upload = await uploads.judge(attachmentId, verdict);
    if (upload === null) throw new ChatError("not_found");
    if (upload.state === "uploading") throw new ChatError("upload_incomplete");
    await follow(upload);
    // With the store away the sweep deletes it.
    if (upload.state === "rejected") await store.remove(upload.id).catch(() => undefined);
    return shownUpload(upload);
  };
