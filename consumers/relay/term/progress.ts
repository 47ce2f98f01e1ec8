import type { Lease, RelayState } from "../../../src/store/relay/relay-lease.ts";

type Parts = {
  lease: Lease;
  /** When the oldest published entry was written whose card and unread notice were not handled yet; null: none. */
  oldestPending: () => Date | null;
};

/**
 * The progress of one holder of the lease. It is saved together with the lease, so a process that has lost the lease
 * saves nothing.
 */
export const createProgress = ({ lease, oldestPending }: Parts) => {
  let state: RelayState = lease.state;
  let unsaved = false;

  const current = (): RelayState => ({ ...state, lookedAt: oldestPending() ?? state.position?.at ?? null });

  return {
    state: (): RelayState => state,
    set: (changed: Partial<RelayState>): void => {
      state = { ...state, ...changed };
    },
    /** There is something worth saving at the next beat. */
    markUnsaved: (): void => {
      unsaved = true;
    },
    isUnsaved: (): boolean => unsaved,
    /**
     * Renews the lease and saves the state.
     * @throws if another process holds the lease, and what the database throws; then the state counts as unsaved
     */
    save: async (): Promise<void> => {
      unsaved = false;
      try {
        if (!(await lease.renew(current()))) throw new Error("another process holds the lease now");
      } catch (error) {
        unsaved = true;
        throw error;
      }
    },
    /** Saves the state and gives the lease back. */
    release: (): Promise<void> => lease.release(current()),
  };
};

export type Progress = ReturnType<typeof createProgress>;
