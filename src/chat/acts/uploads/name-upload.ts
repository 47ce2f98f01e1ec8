import { ChatError } from "../../errors.ts";
import type { Attachment, UploadedAttachment } from "../../log/attachment.ts";
import type { Entry } from "../../log/entry.ts";
import { imageTypes } from "../../log/mime-types.ts";
import type { NewMessage } from "../../log/new-message.ts";
import { shownUpload } from "../../log/uploaded-file.ts";
import type { ChatLog } from "../../ports.ts";
import type { Upload, Uploads } from "../../upload-ports.ts";

/** A message with what is known of the upload that it names. */
export type CompleteMessage = Omit<NewMessage, "attachment"> & { attachment?: Attachment | undefined };

/** Whether a message names no upload, so that nothing is missing in it. */
export const isComplete = (message: NewMessage): message is NewMessage & CompleteMessage =>
  message.attachment === undefined || "url" in message.attachment;

/** A send by `userId` to `chatId`. */
type Send = { chatId: string; userId: string; message: NewMessage };

const refusal = (message: string): ChatError =>
  new ChatError("validation_failed", { errors: [{ path: "attachment.id", message }] });

/** The error for an upload that is in another message already. */
export const usedTwice = (): ChatError => refusal("in another message already");

const whyNot = (upload: Upload | null, { chatId, userId }: Send): ChatError => {
  if (upload === null || upload.chatId !== chatId || upload.userId !== userId)
    return refusal("an own upload in this chat");
  return upload.state === "rejected" ? refusal("a scanner found something in it") : new ChatError("upload_incomplete");
};

const asAttachment = (upload: Upload): UploadedAttachment => {
  const { state, ...file } = shownUpload(upload);
  if (state === "uploading") throw new ChatError("upload_incomplete");
  return { ...file, state };
};

/** The upload that an attachment is; undefined for an address, and where there is none. */
const uploadIn = (attachment: Attachment | undefined): UploadedAttachment | undefined =>
  attachment !== undefined && "id" in attachment ? attachment : undefined;

/** What a send does about the upload that it names. */
export type NameUpload = {
  /**
   * Puts what is known of the upload into the message, and keeps it from being swept until the message is written.
   * @throws ChatError `uploads_off`, `upload_incomplete`, `validation_failed` for an upload that may not be sent
   */
  hold: (send: Send) => Promise<CompleteMessage>;
  /**
   * Notes that a message in the log names the upload. The state may have changed while the message was written: the
   * message shows the newest one. @returns the entry as it is then
   */
  sent: (entry: Entry) => Promise<Entry>;
};

type Parts = {
  /** Null where nobody can upload. */
  uploads: Pick<Uploads, "hold" | "find" | "sent"> | null;
  log: Pick<ChatLog, "showUpload">;
};

/** The log decides that an upload is in one message only; what is noted here follows it. */
export const createNameUpload = ({ uploads, log }: Parts): NameUpload => ({
  hold: async (send) => {
    const { attachment, ...message } = send.message;
    if (attachment === undefined || "url" in attachment) return { ...message, attachment };
    if (uploads === null) throw new ChatError("uploads_off");
    const key = { id: attachment.id, chatId: send.chatId, userId: send.userId };
    const upload = await uploads.hold(key);
    if (upload === null) throw whyNot(await uploads.find(key.id), send);
    if (message.type === "image" && !imageTypes.includes(upload.mimeType)) throw refusal("the upload of an image");
    return { ...message, attachment: asAttachment(upload) };
  },
  sent: async (entry) => {
    const named = uploadIn(entry.attachment);
    if (named === undefined || uploads === null) return entry;
    try {
      const upload = await uploads.sent(named.id);
      if (upload === null || upload.state === named.state) return entry;
      return (await log.showUpload(upload)) ?? entry;
    } catch {
      // The message is in the log. The sweep does the rest.
      return entry;
    }
  },
});
