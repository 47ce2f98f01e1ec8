import type { mongo } from "mongoose";
import { orUnavailable, upsert } from "./driver-errors.ts";
import { durable, lasting } from "./durability.ts";
import type { RevocationDocument } from "./models.ts";

/** The tokens of this user that were issued until then are refused. */
export type Revocation = { userId: string; at: Date };

export type RevocationStore = {
  /**
   * Revokes a user now, by the database's clock: the nodes' clocks may differ. A second revocation moves the time forward,
   * never back.
   * @returns the time
   * @throws ChatError `unavailable`: the revocation may have been stored, repeat it
   */
  revoke: (userId: string) => Promise<Date>;
  /** All revocations, or those of the last milliseconds by the database's clock. */
  list: (of: "ever" | { lastMs: number }) => AsyncIterable<Revocation>;
};

export const createRevocationStore = (collection: mongo.Collection<RevocationDocument>): RevocationStore => {
  const moveForward = async (userId: string): Promise<Date> => {
    const stages = [{ $set: { at: { $max: ["$at", "$$NOW"] } } }];
    const stored = await collection.findOneAndUpdate({ _id: userId }, stages, {
      upsert: true,
      returnDocument: "after",
      ...durable,
    });
    if (stored === null) throw new Error("a revocation was not stored");
    return stored.at;
  };
  return {
    revoke: (userId) => orUnavailable(() => upsert(() => moveForward(userId))),
    list: async function* (of) {
      const since = of === "ever" ? {} : { $expr: { $gte: ["$at", { $subtract: ["$$NOW", of.lastMs] }] } };
      for await (const { _id, at } of collection.find(since, lasting)) yield { userId: _id, at };
    },
  };
};
