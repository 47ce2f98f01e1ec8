import { mongo } from "mongoose";
import { ChatError } from "../chat/errors.ts";

const duplicateKey = 11_000;

/** Whether a write was refused by a unique index. */
export const isDuplicateKey = (error: unknown): boolean =>
  error instanceof mongo.MongoServerError && error.code === duplicateKey;

/**
 * Runs an update that inserts the document if there is none. If another process inserted it in between, the index refuses
 * ours; then there is a document to update, so it runs once more.
 */
export const upsert = <T>(update: () => Promise<T>): Promise<T> =>
  update().catch((error: unknown) => {
    if (isDuplicateKey(error)) return update();
    throw error;
  });

/** The error for any failure of the driver: the database cannot do it right now. */
export const unavailable = (cause?: unknown): ChatError => new ChatError("unavailable", { retryAfterMs: 1_000, cause });

/** Runs a database operation; a failure of the driver becomes `unavailable`, with the driver's error as cause. */
export const orUnavailable = async <T>(operation: () => Promise<T>): Promise<T> => {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof ChatError) throw error;
    throw unavailable(error);
  }
};
