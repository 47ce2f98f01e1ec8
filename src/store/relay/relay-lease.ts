import type { mongo } from "mongoose";
import { lasting } from "../durability.ts";
import { type LeaseDocument, type LeaseRequest, takeLease } from "../lease.ts";
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
type RelayDocument = LeaseDocument & Partial<StoredState>;

const toStored = ({ position, walk, lookedAt }: RelayState): StoredState => ({ position, catchUp: walk, lookedAt });

const collection = "relays";

/** Takes the lease of a name if nobody holds it; null otherwise. */
export const acquireLease = async (database: mongo.Db, request: LeaseRequest): Promise<Lease | null> => {
  const lease = await takeLease<StoredState>(database.collection<LeaseDocument>(collection), request);
  if (lease === null) return null;
  // From now on nobody else saves it.
  const saved = await database.collection<RelayDocument>(collection).findOne({ _id: request.name }, lasting);
  return {
    state: { position: saved?.position ?? null, walk: saved?.catchUp ?? null, lookedAt: saved?.lookedAt ?? null },
    renew: (state) => lease.renew(toStored(state)),
    release: (state) => lease.release(toStored(state)),
  };
};
