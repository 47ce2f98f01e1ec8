/**
 * The erasure of all that a user sent. `id`: the same for every request of this user. `erased`: how many messages it has
 * deleted so far. `finishedAt`: null while it is running.
 */
export type Erasure = {
  userId: string;
  id: string;
  state: "running" | "done";
  erased: number;
  requestedAt: Date;
  finishedAt: Date | null;
};

/** A user whose erasure ended, and when. */
export type ErasedUser = { userId: string; at: Date };

/**
 * A running erasure, and how far it has come. It walks all of the user's chats, pass after pass, until a pass finds
 * nothing: what the user sends meanwhile is found by the next pass. `after`: the last chat of this pass that is done.
 */
export type ErasurePlace = { userId: string; pass: number; after: string | null };

/** The erasures that are running. `oldestAt`: when the oldest of them was requested. */
export type OpenErasures = { count: number; oldestAt: Date | null };

/** The requested erasures. All that is returned is on the disks of a majority of the database. */
export interface Erasures {
  /** Begins an erasure, or makes sure that one that is running begins another pass. @throws ChatError `unavailable` */
  request(userId: string, at: Date): Promise<Erasure>;
  /** Null: never requested. @throws ChatError `unavailable` */
  find(userId: string): Promise<Erasure | null>;
  /** How many are running. */
  open(): Promise<OpenErasures>;
  /** The running ones, the oldest request first. */
  running(limit: number): Promise<ErasurePlace[]>;
  /** Makes every running erasure begin another pass: a process that died did not save all that it found. */
  distrust(): Promise<void>;
  /** Saves that a running erasure has deleted so many more messages. */
  found(userId: string, erased: number): Promise<void>;
  /** Saves that a pass has come to `after`. Does nothing if another process moved it. */
  move(place: ErasurePlace, after: string): Promise<void>;
  /** Ends a pass: another one begins if this one found something or the erasure was requested again; otherwise it is done. */
  endPass(place: ErasurePlace, at: Date): Promise<void>;
}
