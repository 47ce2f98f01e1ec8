import type { Request, RequestHandler } from "express";
import type { Acts } from "../../chat/acts/create-acts.ts";
import type { UploadActs } from "../../chat/acts/uploads/create-upload-acts.ts";
import { ChatError } from "../../chat/errors.ts";
import { attachmentIdSchema } from "../../chat/ids.ts";

/**
 * The attachment that a path names.
 * @throws ChatError `not_found` if it cannot be an attachment's id
 */
export const attachmentIdOf = (req: Request): string => {
  const id = attachmentIdSchema.safeParse(req.params["attachmentId"]);
  if (!id.success) throw new ChatError("not_found");
  return id.data;
};

/** `uploads` @throws ChatError `uploads_off` where nobody can upload; `needUploads` does so before the body is read. */
export const requireUploads = (acts: Pick<Acts, "uploads">) => {
  const uploads = (): UploadActs => {
    if (acts.uploads === null) throw new ChatError("uploads_off");
    return acts.uploads;
  };
  const needUploads: RequestHandler = (_req, _res, next) => {
    uploads();
    next();
  };
  return { uploads, needUploads };
};
