import type { mongo } from "mongoose";
import { durable } from "./durability.ts";

/** A document for a name: which process holds its lease. What the holders save is in other fields of it. */
export type LeaseDocument = { _id: string; holder: string | null; expiresAt: Date };

export type LeaseRequest = { name: string; holder: string; leaseMs: number };

/** A lease that this process holds for a while. */
export type HeldLease<State extends object> = {
  /** Renews the lease and saves the state, both or neither. False: another process has the lease. */
  renew: (state: State) => Promise<boolean>;
  /** Saves the state and gives the lease back. */
  release: (state: State) => Promise<void>;
};

const literals = (state: object) =>
  Object.fromEntries(Object.entries(state).map(([name, value]) => [name, { $literal: value }]));

/**
 * Takes the lease of a name if nobody holds it; null otherwise. The database's clock counts, so differing clocks do not
 * matter. The state is in the same document, so a process that lost the lease cannot save it any more.
 */
export const takeLease = async <State extends object>(
  leases: mongo.Collection<LeaseDocument>,
  { name, holder, leaseMs }: LeaseRequest,
): Promise<HeldLease<State> | null> => {
  const expiresAt = { $add: ["$$NOW", leaseMs] };
  const isFree = {
    $or: [{ $eq: [{ $ifNull: ["$holder", holder] }, holder] }, { $lte: ["$expiresAt", "$$NOW"] }],
  };
  const taken = await leases.findOneAndUpdate(
    { _id: name },
    [
      {
        $set: {
          holder: { $cond: [isFree, { $literal: holder }, "$holder"] },
          expiresAt: { $cond: [isFree, expiresAt, "$expiresAt"] },
        },
      },
    ],
    { upsert: true, returnDocument: "after", projection: { holder: 1 }, ...durable },
  );
  if (taken?.holder !== holder) return null;

  const save = async (state: State, changes: object): Promise<boolean> => {
    const set = { ...changes, ...literals(state) };
    const { matchedCount } = await leases.updateOne({ _id: name, holder }, [{ $set: set }], durable);
    return matchedCount === 1;
  };
  return {
    renew: (state) => save(state, { expiresAt }),
    release: async (state) => void (await save(state, { holder: null })),
  };
};
