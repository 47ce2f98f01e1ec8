export type RelayTiming = {
  /** How long a lease holds without a renewal. */
  leaseMs: number;
  /**
   * Between two renewals, each of which saves how far the relay has come, while it comes on; and between two tries to
   * get a lease. With nothing to publish, half of the lease is often enough.
   */
  beatMs: number;
  /** Between two looks at cards and unread notices. */
  careMs: number;
};
