import { openRun } from "../../local/services/run.ts";
import { openReplicaSet, type ReplicaSet } from "../torture/replica-set.ts";
import { ownServiceOptions } from "./services.ts";

type Options = { count?: number; forgetful?: boolean };

/** A replica set (of three) that a test may kill and freeze members of; it elects a new primary within seconds. */
export const ownReplicaSet = async ({ count = 3, forgetful = false }: Options = {}): Promise<ReplicaSet> => {
  const options = ownServiceOptions();
  const run = await openRun(options.folder, options.report);
  const set = await openReplicaSet({ ...options, run, count, forgetful, electionTimeoutMs: 2_000 });
  return {
    ...set,
    close: async () => {
      await set.close();
      await run.close();
    },
  };
};
