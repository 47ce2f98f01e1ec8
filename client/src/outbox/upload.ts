// Loaded with the first file that is sent: most people send none.

import type { Rest } from "../connection/rest.ts";
import { failure, noAnswer } from "../errors.ts";
import type { UploadBegun, UploadedAttachment } from "../wire.ts";
import type { PendingDraft } from "./draft.ts";
import { redraw } from "./redraw.ts";

const fromBase64 = (text: string, type = ""): Blob =>
  new Blob([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))], { type });

type Address = UploadBegun["upload"];
type OnProgress = (share: number) => void;

/** `fetch` reports no progress of what it sends. */
const putWithProgress = ({ method, url, headers }: Address, blob: Blob, onProgress: OnProgress, signal: AbortSignal) =>
  new Promise<number>((resolve) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(loaded / total));
    request.addEventListener("loadend", () => resolve(request.status));
    signal.addEventListener("abort", () => request.abort());
    request.send(blob);
  });

/** @returns the store's status; 0: no answer */
const put = async (upload: Address, blob: Blob, onProgress: OnProgress, signal: AbortSignal): Promise<number> => {
  if (globalThis.XMLHttpRequest) return putWithProgress(upload, blob, onProgress, signal);
  const { method, url, headers } = upload;
  const response = await fetch(url, { method, headers, body: blob, signal }).catch(() => undefined);
  return response?.status ?? 0;
};

/** A picture is drawn anew where that can be done; anything else stays as it is. */
const redrawn = async (blob: Blob, name: string) => {
  const file = { blob, name, mimeType: blob.type || "application/octet-stream" };
  const isDrawn = globalThis.OffscreenCanvas && blob.type.startsWith("image/");
  return isDrawn ? { ...file, ...(await redraw(blob, name)) } : file;
};

/** `file`: as it was stored. */
type Wish = {
  rest: Rest;
  draft: PendingDraft;
  file: Blob | string | undefined;
  onProgress: OnProgress;
  signal: AbortSignal;
};

/** Uploads a draft's file to the store. @returns the attachment that a message may name. @throws ChatError */
export const upload = async ({ rest, draft, file, onProgress, signal }: Wish): Promise<UploadedAttachment> => {
  if (!file) throw failure("upload_failed", "The file is not here any more.");
  const given = typeof file === "string" ? fromBase64(file, draft.file?.mimeType) : file;
  const { blob, ...shown } = await redrawn(given, draft.file?.name ?? "");
  const path = `${draft.chatId}/attachments`;
  const begun = await rest<UploadBegun>("POST", path, { ...shown, size: blob.size });
  const status = signal.aborted ? 0 : await put(begun.upload, blob, onProgress, signal);
  if (status === 0 || status >= 500) throw noAnswer();
  if (status >= 300) throw failure("upload_failed", "The store for files did not take the file.");
  const done = await rest<{ attachment: UploadedAttachment }>("POST", `${path}/${begun.attachment.id}/complete`);
  return done.attachment;
};
