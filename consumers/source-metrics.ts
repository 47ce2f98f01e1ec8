/** What a record source tells of itself. */
export type SourceMetrics = {
  /** A partition waits before it tries its next record again. */
  paused(): void;
  /** This process got its share of the partitions. Lags of before may be another process's now. */
  joined(): void;
  /** The consumer ended without being asked to and is made anew. */
  restarted(): void;
  /** Records of a partition that wait behind the newest one handled here. */
  lag(topic: string, partition: number, records: number): void;
};
