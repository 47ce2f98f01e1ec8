export type SourceHealth = {
  /** Whether Kafka answered when it was last heard of. */
  kafka: "up" | "down";
  /** Whether this process has its share of the partitions. */
  joined: boolean;
  /** False: nothing moves any more although Kafka answers, and only a new process will help. */
  alive: boolean;
};

/** Where records come from. Each is handed over until its work resolved, those that are ordered by the same key in the order of their log. */
export type RecordSource = {
  /** Begins; does not wait for Kafka, and never throws for its being away. */
  start(): void;
  /**
   * Ends what is under way, confirms it and leaves the group, within `deadlineMs`. False: that was not enough, and the
   * process should end. May be called twice.
   */
  stop(deadlineMs: number): Promise<boolean>;
  health(): SourceHealth;
  /** Whether this process has had its share of the partitions, now or before. */
  hasJoined(): boolean;
};
