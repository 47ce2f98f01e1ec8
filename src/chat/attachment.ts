import { z } from "zod";
import { cleanTextSchema } from "./content.ts";

/** What may be sent as an image. No SVG: it can carry scripts. */
export const imageTypes = ["image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/heic"] as const;

/** What may be sent as a file. */
export const fileTypes = [
  ...imageTypes,
  "application/pdf",
  "application/zip",
  "application/msword",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  "application/vnd.ms-excel",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  "text/plain",
  "text/csv",
  "audio/mpeg",
  "audio/mp4",
  "video/mp4",
] as const;

export type Attachment = {
  url: string;
  name: string;
  mimeType: string;
  /** Bytes. */
  size: number;
  /** Pixels. */
  width?: number | undefined;
  height?: number | undefined;
};

export const longestUrl = 2_048;
/** In code points. */
export const longestName = 255;
const mostBytes = 1024 ** 3;
const pixels = z.int().min(1).max(100_000);

// URL.parse repairs what others take by the letter: `https://cdn.example.com\@evil.example/` is on the first host for
// it and on the second for many a library, and it leaves out newlines and leading spaces. So these are refused as written,
// and with them what no address has unescaped and what turns the direction of the rest.
const plainHttps = /^https:\/\/[^\s\\%@/?#]+(?:[/?#][^\\\s<>"\p{Cc}\p{Cf}\p{Cs}]*)?$/iu;

/**
 * Whether `url` may be linked to: https, no name or password in it, and a host from the list.
 * An entry is a host (`cdn.example.com`), with a port where it is not 443 (`localhost:8443`), or `*.example.com`.
 */
export const isAllowedUrl = (text: string, allowedHosts: readonly string[]): boolean => {
  const url = plainHttps.test(text) ? URL.parse(text) : null;
  if (url === null) return false;
  return allowedHosts.some((entry) =>
    entry.startsWith("*.") ? url.host.endsWith(entry.slice(1)) && url.host.length >= entry.length : url.host === entry,
  );
};

/** What stands beside an image or a file. The hosts come from ATTACHMENT_HOSTS. */
export const attachmentSchema = (mimeTypes: readonly [string, ...string[]], allowedHosts: readonly string[]) =>
  z.object({
    url: z
      .string()
      .max(longestUrl)
      .refine((url) => isAllowedUrl(url, allowedHosts), "an https address on an allowed host"),
    name: cleanTextSchema(longestName, 1).refine(
      (name) => name !== "" && !/[\n\t]/.test(name),
      "a file name on one line",
    ),
    mimeType: z.enum(mimeTypes, "a type from the allowed list"),
    size: z.int().min(0).max(mostBytes),
    width: pixels.optional(),
    height: pixels.optional(),
  });
