import type { ChatLog, Clock } from "../../ports.ts";
import type { DueUpload, FileStore, Uploads } from "../../upload-ports.ts";

/** `kept`: a message shows the file. `removed`: the file was deleted from the store. */
export type Swept = "kept" | "removed";

type Parts = {
  uploads: Pick<Uploads, "forgetDue" | "lookAgain" | "settle" | "erase">;
  store: Pick<FileStore, "remove" | "removeUploaded">;
  log: Pick<ChatLog, "showUpload">;
  now: Clock;
};

/** After this time nothing more arrives at an upload address. */
const lateUploadMs = 600_000;

/**
 * Looks at an upload that is due. Its file stays if a message shows it. The file of a deleted message, a rejected file and
 * a file that no message names are deleted from the store. May be repeated: after a crash the upload is due again.
 * @throws ChatError `unavailable`
 */
export const createSweepUpload = ({ uploads, store, log, now }: Parts) => {
  const keep = async (due: DueUpload): Promise<Swept> => {
    await store.removeUploaded(due.id);
    await uploads.settle(due);
    return "kept";
  };

  const remove = async (due: DueUpload, isNamed: boolean): Promise<Swept> => {
    await store.remove(due.id);
    const lateAt = new Date(due.createdAt.getTime() + lateUploadMs);
    // Its upload address may still be valid: what arrives there is deleted then.
    if (now() < lateAt) await uploads.lookAgain(due, lateAt);
    else if (isNamed) await uploads.settle(due);
    else await uploads.erase(due);
    return "removed";
  };

  return async (due: DueUpload): Promise<Swept> => {
    if (due.isForgotten) return remove(due, false);
    const message = await log.showUpload(due);
    if (due.state === "rejected") return remove(due, message !== null);
    if (message !== null) return keep(due);
    // A send may name it at this very moment; then it is no longer due.
    return (await uploads.forgetDue(due)) ? remove(due, false) : "kept";
  };
};
export type SweepUpload = ReturnType<typeof createSweepUpload>;
