export type RelayTiming = {
  /** How long a lease lasts without a renewal. */
  leaseMs: number;
  /**
   * The time between two renewals, which also save the relay's progress, while there is progress; and between two tries to
   * get a lease. Without progress, a renewal after half of the lease is enough.
   */
  beatMs: number;
  /** The time between two checks of cards and unread notices. */
  careMs: number;
};
