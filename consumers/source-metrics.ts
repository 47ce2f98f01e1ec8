/** What a record source tells of itself. */
export type SourceMetrics = {
  /** A partition waits before it tries its next record again. */
  paused(): void;
  /** This process got its share of the partitions. Lags of before may be another process's now. */
  joined(): void;
  /** The consumer ended without being asked to and is made anew. */
  restarted(): void;
  /** Records of a partition that are not handled yet. */
  lag(topic: string, partition: number, records: number): void;
  /** When the oldest record of a partition that is not handled yet was written; null: none waits. */
  oldestWaiting(topic: string, partition: number, since: Date | null): void;
  /** Where to ask how many partitions wait now before their next record is tried again. */
  watchPauses(count: () => number): void;
};
