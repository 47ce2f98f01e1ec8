/** What a record source tells of itself. */
export type SourceMetrics = {
  /** A partition waits before it tries its next record again. */
  paused(): void;
  /** Kafka answered. */
  reached(): void;
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
  /** Where to ask whether this process is in its group now. */
  watchJoined(isJoined: () => boolean): void;
};
