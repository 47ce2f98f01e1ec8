import type { mongo } from "mongoose";
import { orUnavailable } from "../driver-errors.ts";
import { lasting } from "../durability.ts";
import { type HeldLease, type LeaseDocument, type LeaseRequest, takeLease } from "../lease.ts";

/** How far retention has come: the chats that were closed before `at` are empty, and those of that time up to `chatId`. */
export type RetentionPlace = { at: Date; chatId: string };

/** What the holder of the lease saves. */
export type JobState = { emptied: RetentionPlace | null };

/** `state`: as the previous holder left it. */
export type JobLease = HeldLease<JobState> & { state: JobState };

type JobDocument = LeaseDocument & Partial<JobState>;

const collection = "jobs";

/** Takes the lease of the work on users' data; null: another process has it. */
export const createAcquireJob =
  (database: mongo.Db) =>
  (request: LeaseRequest): Promise<JobLease | null> =>
    orUnavailable(async () => {
      const lease = await takeLease<JobState>(database.collection<LeaseDocument>(collection), request);
      if (lease === null) return null;
      // From now on nobody else saves it.
      const saved = await database.collection<JobDocument>(collection).findOne({ _id: request.name }, lasting);
      return { ...lease, state: { emptied: saved?.emptied ?? null } };
    });
export type AcquireJob = ReturnType<typeof createAcquireJob>;
