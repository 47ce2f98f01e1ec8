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

/** What a scanner found. */
export type Verdict = "clean" | "infected";

/** An upload that the sweep looks at. `isForgotten`: nobody may see it any more. `until`: when it is due again. */
export type DueUpload = Upload & { isForgotten: boolean; until: Date };

/** The uploads that wait for a scanner. `oldestAt`: when the oldest of them was begun. */
export type WaitingScans = { count: number; oldestAt: Date | null };

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
  /** Notes a scanner's verdict: `clean` on a file that waits for it, `infected` on any. @returns the upload as it is then */
  judge(id: string, verdict: Verdict): Promise<Upload | null>;
  waitingScans(): Promise<WaitingScans>;
  /** Nobody may see these uploads any more, and the sweep deletes their files. May be repeated. */
  forget(ids: string[]): Promise<void>;
  /** Forgets all uploads of a user that no message names. May be repeated. */
  forgetUnsent(userId: string): Promise<void>;

  /**
   * The upload that is due longest, if there is one. It is due again after some minutes, unless one of the following
   * calls says otherwise. They do nothing for an upload that became due otherwise in the meantime.
   */
  takeDue(): Promise<DueUpload | null>;
  /** Forgets an upload. @returns false if a send has named it in the meantime */
  forgetDue(due: DueUpload): Promise<boolean>;
  lookAgain(due: DueUpload, at: Date): Promise<void>;
  /** It is not due any more. */
  settle(due: DueUpload): Promise<void>;
  /** Deletes what is known of it. */
  erase(due: DueUpload): Promise<void>;
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
  /** Deletes what is at a file's upload address. @throws ChatError `unavailable` */
  removeUploaded(id: string): Promise<void>;
}

/** What uploading needs. `needsScan`: a file can be read only after a scanner found nothing in it. */
export type Files = { uploads: Uploads; store: FileStore; needsScan: boolean };
