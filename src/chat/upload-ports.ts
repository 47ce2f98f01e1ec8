/**
 * `uploading`: begun, and not confirmed by its sender. `scanning`: the file is there and waits for a scanner's verdict.
 * `rejected`: a scanner found something in it.
 */
export type UploadState = "uploading" | "scanning" | "ready" | "rejected";

/** A file that a participant uploads. `size` in bytes, `width` and `height` in pixels. */
export type Upload = {
  id: string;
  chatId: string;
  userId: string;
  name: string;
  mimeType: string;
  size: number;
  width?: number | undefined;
  height?: number | undefined;
  state: UploadState;
  createdAt: Date;
};

/** What is known of the files that people upload. A forgotten upload is as one that never was. */
export interface Uploads {
  /** Adds an upload, under a random id. It is swept after a day unless a message names it. */
  begin(fields: Omit<Upload, "id" | "state" | "createdAt">): Promise<Upload>;
  /** How many uploads of a user no message names; counts up to `most`. */
  countUnsent(userId: string, most: number): Promise<number>;
  find(id: string): Promise<Upload | null>;
  /** Moves an upload on from `uploading`. @returns the upload as it is then */
  complete(id: string, state: "scanning" | "ready"): Promise<Upload | null>;
  /**
   * Keeps a complete upload for another day, in which a message that names it can be written.
   * @returns null for one that is not complete, or not of this user in this chat
   */
  hold(key: Pick<Upload, "id" | "chatId" | "userId">): Promise<Upload | null>;
  /** Notes that a message names an upload. @returns the upload as it is then */
  sent(id: string): Promise<Upload | null>;
}

/** The store of the files themselves. Every call ends within a limit, even if the store is frozen. */
export interface FileStore {
  /** Whether the store answered as it should just now; asked at most once a second. */
  isUp(): Promise<boolean>;
  /** An address that takes one file of exactly this size and type. `headers`: what the request must have. */
  uploadAddress(upload: Upload): Promise<{ url: string; headers: Record<string, string>; expiresAt: Date }>;
  /**
   * Puts an uploaded file where it stays, out of reach of its upload address. May be repeated.
   * @returns false while the store does not have all of it @throws ChatError `unavailable`
   */
  keep(upload: Upload): Promise<boolean>;
  readAddress(upload: Upload): Promise<{ url: string; expiresAt: Date }>;
  /** Deletes a file, uploaded or kept; may be repeated. @throws ChatError `unavailable` */
  remove(id: string): Promise<void>;
}

/** What uploading needs. `needsScan`: a file can be read only after a scanner found nothing in it. */
export type Files = { uploads: Uploads; store: FileStore; needsScan: boolean };
