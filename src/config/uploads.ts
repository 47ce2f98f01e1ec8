import { z } from "zod";
import { isBucket, isRegion, isServer, text, whole, yesNo } from "./setting-values.ts";

const mostUploadBytes = 999_999_999;
const uploadBytes = `a whole number of bytes from 1 to ${mostUploadBytes}`;
const server = text("an address that starts with http:// or https://, such as https://s3.example.com", isServer);
const secret = z.string("a key of the store for files");

/** The settings of uploads. */
export const uploadSettings = {
  ATTACHMENT_MAX_BYTES: whole(mostUploadBytes, uploadBytes)
    .refine((bytes) => bytes > 0, uploadBytes)
    .default(25 * 1024 ** 2),
  ATTACHMENT_SCAN: z.enum(["off", "required"], "off or required").default("off"),
  S3_ENDPOINT: server.optional(),
  S3_PUBLIC_ENDPOINT: server.optional(),
  S3_REGION: text("a region's name, such as us-east-1", isRegion).default("us-east-1"),
  S3_BUCKET: text("a bucket's name: 3 to 63 lower-case letters, digits, dots and hyphens", isBucket).optional(),
  S3_ACCESS_KEY_ID: secret.optional(),
  S3_SECRET_ACCESS_KEY: secret.optional(),
  S3_FORCE_PATH_STYLE: yesNo.default(true),
};

const settingsSchema = z.object(uploadSettings);
type Settings = z.infer<typeof settingsSchema>;

/** A store of files that speaks S3. */
export type FileStoreConfig = {
  /** Where this service reaches the store. */
  endpoint: string;
  /** Where clients reach it. */
  publicEndpoint: string;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** The bucket's name is in the path of an address, not in its host. */
  pathStyle: boolean;
};

export type UploadsConfig = {
  /** The largest file. */
  maxBytes: number;
  /** A file can be read only after a scanner has found nothing in it. */
  needsScan: boolean;
  store: FileStoreConfig;
};

/** With a bucket, everything else that reaches the store must be set. */
export const uploadProblems = ({
  S3_BUCKET,
  S3_ENDPOINT,
  S3_ACCESS_KEY_ID,
  S3_SECRET_ACCESS_KEY,
}: Settings): string[] => {
  if (S3_BUCKET === undefined) return [];
  const needed = Object.entries({ S3_ENDPOINT, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY });
  return needed.flatMap(([name, value]) =>
    value === undefined ? [`${name}: missing, expected together with S3_BUCKET`] : [],
  );
};

/** Null without a bucket: then this installation takes no uploads. */
export const toUploads = (settings: Settings): UploadsConfig | null => {
  const { S3_BUCKET: bucket, S3_ENDPOINT: endpoint } = settings;
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = settings;
  if (!bucket || !endpoint || !accessKeyId || !secretAccessKey) return null;
  const store: FileStoreConfig = {
    endpoint,
    publicEndpoint: settings.S3_PUBLIC_ENDPOINT ?? endpoint,
    region: settings.S3_REGION,
    bucket,
    accessKeyId,
    secretAccessKey,
    pathStyle: settings.S3_FORCE_PATH_STYLE,
  };
  return { maxBytes: settings.ATTACHMENT_MAX_BYTES, needsScan: settings.ATTACHMENT_SCAN === "required", store };
};
