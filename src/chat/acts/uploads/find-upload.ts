import { ChatError } from "../../errors.ts";
import type { FileStore, Upload, Uploads } from "../../upload-ports.ts";

export type UploadKey = { chatId: string; userId: string; attachmentId: string };

/**
 * An upload of this chat.
 * @throws ChatError `not_found`, also for one of another chat
 */
export const findUpload = async (
  uploads: Pick<Uploads, "find">,
  { chatId, id }: { chatId: string; id: string },
): Promise<Upload> => {
  const upload = await uploads.find(id);
  if (upload?.chatId !== chatId) throw new ChatError("not_found");
  return upload;
};

/** An address could be signed with the store away, but nothing would answer there. @throws ChatError `unavailable` */
export const requireStore = async (store: Pick<FileStore, "isUp">): Promise<void> => {
  if (await store.isUp()) return;
  throw new ChatError("unavailable", { retryAfterMs: 1_000, cause: new Error("the store for files is away") });
};
