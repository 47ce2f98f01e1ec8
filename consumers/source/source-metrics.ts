/** What a record source reports. */
export type SourceMetrics = {
  /** A partition is paused until its next record is tried again. */
  paused(): void;
  /** Kafka answered. */
  reached(): void;
  /** This process got a share of the partitions. Previous lags may belong to another process now. */
  joined(): void;
  /** The consumer ended without a request and is recreated. */
  restarted(): void;
  /** The number of unhandled records of a partition. */
  lag(topic: string, partition: number, records: number): void;
  /** When the oldest unhandled record of a partition was written; null: there is none. */
  oldestWaiting(topic: string, partition: number, since: Date | null): void;
  /** Sets the function that returns how many partitions are paused now. */
  watchPauses(count: () => number): void;
  /** Sets the function that returns whether this process is in its group now. */
  watchJoined(isJoined: () => boolean): void;
};
