import { z } from "zod";
import type { Upload, UploadState } from "../upload-ports.ts";
import { fileNameSchema, longestName, mimeTypeSchema, pixelSizes, shownFile } from "./attachment.ts";
import { fileTypes } from "./mime-types.ts";

/** An uploaded file as its sender sees it, also before it is complete. */
export type UploadedFile = Omit<Upload, "chatId" | "userId" | "createdAt">;

/** The request with which the file is uploaded. `expiresAt` is RFC 3339 UTC. */
export type UploadAddress = { method: "PUT"; url: string; headers: Record<string, string>; expiresAt: string };
/** The answer to the beginning of an upload. */
export type UploadBegun = { attachment: UploadedFile; upload: UploadAddress };

/** `url`: reads the file until `expiresAt`, RFC 3339 UTC. */
export type ReadableFile = { attachment: UploadedFile; url: string; expiresAt: string };

const states = ["uploading", "scanning", "ready", "rejected"] as const satisfies readonly UploadState[];

/** @internal */
export const uploadedFileSchema = z
  .object({
    id: z.string(),
    ...shownFile,
    state: z.enum(states).meta({ description: "The file can be read while it is `ready`" }),
  })
  .meta({ id: "UploadedFile" });

/** An upload as others see it. */
export const shownUpload = ({ id, name, mimeType, size, width, height, state }: Upload): UploadedFile => ({
  id,
  name,
  mimeType,
  size,
  ...(width !== undefined && { width }),
  ...(height !== undefined && { height }),
  state,
});

// The clean-up would take control characters out of a name; here they are refused, since no file system writes them.
// oxlint-disable-next-line no-control-regex -- this finds control characters
const withPath = /[/\\\u0000-\u001F\u007F-\u009F]|^\.\.?$|^\.\./;

/** What a participant says about a file before its upload. */
export type NewUpload = Omit<UploadedFile, "id" | "state">;

/**
 * Parses it. `maxBytes`: the largest size that is taken.
 * @internal
 */
export const newUploadSchema = (maxBytes: number) =>
  z.object({
    name: z
      .string()
      .meta({ minLength: 1, maxLength: longestName })
      .refine((name) => !withPath.test(name), { error: "a file's name without a path", abort: true })
      .pipe(fileNameSchema),
    mimeType: mimeTypeSchema(fileTypes),
    size: z.int().min(1).max(maxBytes),
    ...pixelSizes,
  });
