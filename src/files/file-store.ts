import { ChatError } from "../chat/errors.ts";
import type { Clock } from "../chat/ports.ts";
import type { FileStore, Upload } from "../chat/upload-ports.ts";
import type { FileStoreConfig } from "../config/uploads.ts";
import type { Logger } from "../process/logger.ts";
import { shareAnswer } from "../timing/share-answer.ts";
import { openS3, type S3 } from "./s3.ts";

type Parts = { store: FileStoreConfig; logger: Logger; now: Clock };

/** How long an address is valid. */
const uploadS = 300;
const readS = 900;

const health = { limitMs: 3_000, keptMs: 1_000 };
const callLimitMs = 10_000;
/** The store copies the file by itself; a large one takes a while. */
const copyLimitMs = 30_000;

// The upload address is valid for five minutes, and its holder could put another file there after a scanner looked at the
// first one. So the file is copied to a place for which no upload address exists. A scanner reads the id from the key.
const uploadKey = (id: string): string => `uploads/${id}`;
const keptKey = (id: string): string => `files/${id}`;

const imageOf = (mimeType: string): boolean => mimeType.startsWith("image/");

/** Shown in the page for an image, saved under its name for any other file. (RFC 6266, with the name as in RFC 8187.) */
const dispositionOf = ({ mimeType, name }: Upload): string => {
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  return `${imageOf(mimeType) ? "inline" : "attachment"};filename*=UTF-8''${encoded}`;
};

const orUnavailable = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (cause) {
    throw new ChatError("unavailable", { retryAfterMs: 1_000, cause });
  }
};

/** The bytes of a file in the store; null if there is none. */
const sizeIn = async (s3: S3, key: string): Promise<number | null> => {
  const { status, headers } = await s3.call({ method: "HEAD", key, limitMs: callLimitMs });
  if (status === 404) return null;
  if (status !== 200) throw new Error(`the store answered HEAD with ${status}`);
  return Number(headers.get("content-length"));
};

const copy = async (s3: S3, from: string, to: string): Promise<void> => {
  const headers = { "x-amz-copy-source": from };
  const { status, body } = await s3.call({ method: "PUT", key: to, headers, limitMs: copyLimitMs });
  // S3 answers 200 before it has copied all, and reports a failure in the body.
  if (status !== 200 || body.includes("<Error>")) throw new Error(`the store answered a copy with ${status}`);
};

const remove = async (s3: S3, key: string): Promise<void> => {
  const { status } = await s3.call({ method: "DELETE", key, limitMs: callLimitMs });
  if (![200, 204, 404].includes(status)) throw new Error(`the store answered DELETE with ${status}`);
};

/** The health of the store. Each change of it is logged. */
const createIsUp = (s3: S3, logger: Logger): (() => Promise<boolean>) => {
  let was = true;
  return shareAnswer(health.keptMs, async () => {
    const asked = s3.call({ method: "HEAD", key: "", limitMs: health.limitMs });
    const is = await asked.then(
      ({ status }) => status === 200,
      () => false,
    );
    if (was && !is) logger.warn("the store for files does not answer as it should: nothing can be uploaded or read");
    if (!was && is) logger.info("the store for files answers again");
    was = is;
    return is;
  });
};

/** Uploaded files in a bucket of a store that speaks S3. */
export const createFileStore = ({ store, logger, now }: Parts): FileStore => {
  const s3 = openS3(store);
  /** Signed to the second. */
  const valid = (validS: number) => {
    const at = new Date(Math.floor(now().getTime() / 1_000) * 1_000);
    return { at, validS, expiresAt: new Date(at.getTime() + validS * 1_000) };
  };
  return {
    isUp: createIsUp(s3, logger),
    uploadAddress: async ({ id, mimeType, size }) => {
      const { expiresAt, ...time } = valid(uploadS);
      const type = { "content-type": mimeType };
      const signed = { ...type, "content-length": String(size) };
      const url = await s3.presign({ method: "PUT", key: uploadKey(id), headers: signed, ...time });
      // Every client sends the length by itself, and a page must not set it.
      return { url, headers: type, expiresAt };
    },
    keep: ({ id, size }) =>
      orUnavailable(async () => {
        const uploaded = await sizeIn(s3, uploadKey(id));
        if (uploaded === null) return (await sizeIn(s3, keptKey(id))) === size;
        if (uploaded !== size) return false;
        await copy(s3, `/${store.bucket}/${uploadKey(id)}`, keptKey(id));
        // A copy that stays is deleted by the sweep.
        await remove(s3, uploadKey(id)).catch(() => undefined);
        return true;
      }),
    readAddress: async (upload) => {
      const { expiresAt, ...time } = valid(readS);
      const query = {
        "response-content-disposition": dispositionOf(upload),
        "response-content-type": upload.mimeType,
      };
      return { url: await s3.presign({ method: "GET", key: keptKey(upload.id), query, ...time }), expiresAt };
    },
    remove: (id) =>
      orUnavailable(async () => {
        await Promise.all([remove(s3, uploadKey(id)), remove(s3, keptKey(id))]);
      }),
    removeUploaded: (id) => orUnavailable(() => remove(s3, uploadKey(id))),
  };
};
