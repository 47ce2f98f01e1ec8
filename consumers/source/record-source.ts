export type SourceHealth = {
  /** Whether Kafka answered the last request. */
  kafka: "up" | "down";
  /** Whether this process has its share of the partitions. */
  joined: boolean;
  /** False: nothing progresses although Kafka answers, and only a new process will help. */
  alive: boolean;
};

/** Where records come from. Each is handed over until its work resolved, those that are ordered by the same key in the order of their log. */
export type RecordSource = {
  /** Starts without waiting for Kafka; does not throw if Kafka is away. */
  start(): void;
  /**
   * Finishes the work under way, confirms it and leaves the group, within `deadlineMs`. False: the time was not enough,
   * and the process should exit. May be called twice.
   */
  stop(deadlineMs: number): Promise<boolean>;
  health(): SourceHealth;
  /** Whether this process has had its share of the partitions, now or before. */
  hasJoined(): boolean;
};
