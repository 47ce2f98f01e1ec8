import type { RequireParticipant } from "../../access.ts";
import { ChatError } from "../../errors.ts";
import { type NewUpload, shownUpload, type UploadAddress, type UploadBegun } from "../../log/uploaded-file.ts";
import type { ChatLog } from "../../ports.ts";
import type { FileStore, Uploads } from "../../upload-ports.ts";
import { requireStore } from "./find-upload.ts";

export type BeginUpload = (request: { chatId: string; userId: string; file: NewUpload }) => Promise<UploadBegun>;

type Parts = {
  requireParticipant: RequireParticipant;
  log: Pick<ChatLog, "head">;
  uploads: Pick<Uploads, "begin" | "countUnsent">;
  store: Pick<FileStore, "isUp" | "uploadAddress">;
};

/** Files of one user that no message names, within a day: they take up room, and nobody sees them. */
const mostUnsent = 100;
const retryAfterMs = 600_000;

/**
 * Begins the upload of a file into an active chat: notes what its sender says about it, and gives the address to which
 * the sender's own device uploads it.
 * @throws ChatError `chat_not_found`, `chat_not_active`, `rate_limited` with too many files that no message names,
 *   `unavailable` also while the store for files is away
 */
export const createBeginUpload =
  ({ requireParticipant, log, uploads, store }: Parts): BeginUpload =>
  async ({ chatId, userId, file }) => {
    const { facts } = await requireParticipant(chatId, userId);
    const { state } = await log.head(facts.id);
    if (state.status !== "active") throw new ChatError("chat_not_active");
    if ((await uploads.countUnsent(userId, mostUnsent)) >= mostUnsent) {
      throw new ChatError("rate_limited", { text: `At most ${mostUnsent} files may wait to be sent.`, retryAfterMs });
    }
    await requireStore(store);
    const upload = await uploads.begin({ chatId: facts.id, userId, ...file });
    const { url, headers, expiresAt } = await store.uploadAddress(upload);
    const address: UploadAddress = { method: "PUT", url, headers, expiresAt: expiresAt.toISOString() };
    return { attachment: shownUpload(upload), upload: address };
  };
