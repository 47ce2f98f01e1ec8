import { openRun } from "../../local/services/runs/run.ts";
import { openReplicaSet, type ReplicaSet, startMember } from "../torture/replica-set.ts";
import { ownServiceOptions } from "./services.ts";

type Options = { count?: number; forgetful?: boolean; lagging?: boolean };

/** A replica set (of three) that a test may kill and freeze members of; it elects a new primary within seconds. */
export const ownReplicaSet = async ({ count = 3, ...kind }: Options = {}): Promise<ReplicaSet> => {
  const options = ownServiceOptions();
  const run = await openRun(options.folder, options.report);
  const set = await openReplicaSet({ ...options, run, count, ...kind, electionTimeoutMs: 2_000 });
  return {
    ...set,
    close: async () => {
      await set.close();
      await run.close();
    },
  };
};

/** A MongoDB server that belongs to no replica set. `address`: host and port. */
export const ownStandalone = async (): Promise<AsyncDisposable & { address: string }> => {
  const options = ownServiceOptions();
  const run = await openRun(options.folder, options.report);
  const server = await startMember({ ...options, run, standalone: true }, 0);
  return {
    address: server.address,
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await run.close();
    },
  };
};
