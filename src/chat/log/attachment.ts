import { z } from "zod";
import { attachmentIdSchema } from "../ids.ts";
import { cleanTextSchema, codePoints } from "./content.ts";
import { isHostName } from "./host-name.ts";
import { canonicalType, namesOf } from "./mime-types.ts";

/** A file at an address. */
export type LinkedAttachment = {
  url: string;
  name: string;
  mimeType: string;
  /** Bytes. */
  size: number;
  /** Pixels. */
  width?: number | undefined;
  height?: number | undefined;
};

/** An uploaded file, in a message. It can be read while it is `ready`. */
export type UploadedAttachment = Omit<LinkedAttachment, "url"> & {
  id: string;
  state: "scanning" | "ready" | "rejected";
};

export type Attachment = LinkedAttachment | UploadedAttachment;

/** The states of an uploaded attachment, in the order in which they follow each other. */
export const uploadedStates = ["scanning", "ready", "rejected"] as const;

/** The place of an attachment's state among them; -1 for one without a state. */
export const stateRank = (attachment: Attachment | undefined): number =>
  attachment !== undefined && "id" in attachment ? uploadedStates.indexOf(attachment.state) : -1;

/** How a send names an uploaded file. */
export type NamedUpload = { id: string };

/** In code points. */
const longestUrl = 4_096;
/** In code points. */
export const longestName = 255;
const mostBytes = 1024 ** 3;

/**
 * What is known of a file, as everybody sees it. JSON Schema counts code points, like us; zod's own `max` counts UTF-16
 * units.
 * @internal
 */
export const shownFile = {
  name: z.string().meta({ minLength: 1, maxLength: longestName }),
  mimeType: z.string(),
  size: z.int().min(0).meta({ description: "Bytes" }),
  width: z.int().optional().meta({ description: "Pixels" }),
  height: z.int().optional().meta({ description: "Pixels" }),
};

const linkedShape = z
  .object({ url: z.string().meta({ format: "uri", maxLength: longestUrl }), ...shownFile })
  .meta({ id: "Attachment", description: "The image or the file of a message, at an address." });

const uploadedShape = z
  .object({
    id: attachmentIdSchema,
    ...shownFile,
    state: z.enum(uploadedStates).meta({ description: "The file can be read while it is `ready`" }),
  })
  .meta({ id: "UploadedAttachment", description: "The image or the file of a message, uploaded here." });

/**
 * An attachment as everybody sees it.
 * @internal
 */
export const attachmentShape = z.union([linkedShape, uploadedShape]);

const namedUpload = z
  .object({ id: attachmentIdSchema })
  .meta({ description: "An own upload in this chat, complete, that no other message names." });

const pixels = z.int().min(1).max(100_000);

/**
 * The name of a file as its sender gives it.
 * @internal
 */
export const fileNameSchema = cleanTextSchema(longestName, 1).refine(
  (name) => name !== "" && !/[\n\t\u2028\u2029]/.test(name),
  "a file name on one line",
);

/**
 * The size of an image or a film, if its sender gives it.
 * @internal
 */
export const pixelSizes = { width: pixels.optional(), height: pixels.optional() };

// URL.parse corrects what other parsers read literally: `https://cdn.example.com\@evil.example/` is on the first host for
// it and on the second for many libraries, and it drops newlines and leading spaces. So the original text is refused if it
// contains one of these, a character that an address must escape, or one that changes the direction of text. The host
// must be ASCII: URL.parse maps other letters, and U+2044 looks like the slash that ends a host. (Without flag `i`: with
// `u` it would match U+017F as an s.)
const plainHttps =
  /^[Hh][Tt][Tt][Pp][Ss]:\/\/(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:[/?#][^\\\s<>"\p{Cc}\p{Cf}\p{Cs}]*)?$/u;

const isUnder = ({ host, hostname }: URL, pattern: string): boolean =>
  host.endsWith(pattern.slice(1)) && isHostName(hostname);

/**
 * Whether `url` may be linked to: https, without a user name or password, and on a host from the list.
 * An entry is a host (`cdn.example.com`), with a port if it is not 443 (`localhost:8443`), or `*.example.com`.
 */
export const isAllowedUrl = (text: string, allowedHosts: readonly string[]): boolean => {
  const url = plainHttps.test(text) ? URL.parse(text) : null;
  if (url === null) return false;
  return allowedHosts.some((entry) => (entry.startsWith("*.") ? isUnder(url, entry) : url.host === entry));
};

/**
 * One of these types, by any of its names; parsed to the canonical name.
 * @internal
 */
export const mimeTypeSchema = (types: readonly string[]) =>
  z
    .string()
    .meta({
      enum: namesOf(types),
      description: `One of these in any case, with or without parameters. It is kept as one of ${types.join(", ")}.`,
    })
    .transform((written, context) => {
      const type = canonicalType(written);
      if (type !== null && types.includes(type)) return type;
      context.addIssue({ code: "custom", message: "a type from the allowed list" });
      return z.NEVER;
    });

const linkedSchema = (mimeTypes: readonly string[], allowedHosts: readonly string[]) =>
  z.object({
    url: z
      .string()
      .meta({ maxLength: longestUrl })
      // A code point has at most two UTF-16 units: a longer text is refused before its code points are counted.
      .refine((url) => url.length <= 2 * longestUrl && codePoints(url) <= longestUrl, {
        error: `at most ${longestUrl} characters`,
        abort: true,
      })
      .refine((url) => isAllowedUrl(url, allowedHosts), "an https address on an allowed host"),
    name: fileNameSchema,
    mimeType: mimeTypeSchema(mimeTypes),
    size: z.int().min(0).max(mostBytes),
    ...pixelSizes,
  });

/**
 * The attachment of an image or a file: at an address, or uploaded here. The hosts come from ATTACHMENT_HOSTS.
 * @internal
 */
export const attachmentSchema = (mimeTypes: readonly string[], allowedHosts: readonly string[]) =>
  z.union([linkedSchema(mimeTypes, allowedHosts), namedUpload]);
