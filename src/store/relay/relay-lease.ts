import type { mongo } from "mongoose";
import { durable } from "../durability.ts";
import type { Position } from "./change-feed.ts";

/**
 * A walk over the stored data, for what the change stream no longer has. `since` null: everything.
 * `after`: the id after which the walk continues.
 */
export type WalkPlace = { phase: "entries" | "cards"; since: Date | null; after: string | null };

/**
 * How far the relay has come. Everything up to `position` was published, except what `walk` still has to publish.
 * `lookedAt`: the cards and notices of all earlier entries were checked as well.
 */
export type RelayState = { position: Position | null; walk: WalkPlace | null; lookedAt: Date | null };

export type Lease = {
  /** As the previous holder left it. */
  state: RelayState;
  /** Renews the lease and saves the state, both or neither. False: another process has the lease. */
  renew: (state: RelayState) => Promise<boolean>;
  /** Saves the state and gives the lease back. */
  release: (state: RelayState) => Promise<void>;
};

/** The walk is stored as `catchUp`: during an update, processes of both versions continue each other's walks. */
type StoredState = Omit<RelayState, "walk"> & { catchUp: WalkPlace | null };
export type RelayDocument = StoredState & { _id: string; holder: string | null; expiresAt: Date };

const literals = ({ position, walk, lookedAt }: RelayState) => {
  const stored: StoredState = { position, catchUp: walk, lookedAt };
  return Object.fromEntries(Object.entries(stored).map(([name, value]) => [name, { $literal: value }]));
};

type Request = { relays: mongo.Collection<RelayDocument>; name: string; holder: string; leaseMs: number };

/**
 * Takes the lease of a name if nobody holds it; null otherwise. The database's clock counts, so differing clocks do not
 * matter. The state is in the same document, so a process that lost the lease cannot save it any more.
 */
export const acquireLease = async ({ relays, name, holder, leaseMs }: Request): Promise<Lease | null> => {
  const expiresAt = { $add: ["$$NOW", leaseMs] };
  const isFree = {
    $or: [{ $eq: [{ $ifNull: ["$holder", holder] }, holder] }, { $lte: ["$expiresAt", "$$NOW"] }],
  };
  const taken = await relays.findOneAndUpdate(
    { _id: name },
    [
      {
        $set: {
          holder: { $cond: [isFree, { $literal: holder }, "$holder"] },
          expiresAt: { $cond: [isFree, expiresAt, "$expiresAt"] },
        },
      },
    ],
    { upsert: true, returnDocument: "after", ...durable },
  );
  if (taken?.holder !== holder) return null;

  const save = async (state: RelayState, changes: object): Promise<boolean> => {
    const set = { ...changes, ...literals(state) };
    const { matchedCount } = await relays.updateOne({ _id: name, holder }, [{ $set: set }], durable);
    return matchedCount === 1;
  };
  return {
    state: { position: taken.position ?? null, walk: taken.catchUp ?? null, lookedAt: taken.lookedAt ?? null },
    renew: (state) => save(state, { expiresAt }),
    release: async (state) => void (await save(state, { holder: null })),
  };
};
