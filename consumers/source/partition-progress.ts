import type { PartitionLag, Partitions } from "./lag-probe.ts";
import type { SourceMetrics } from "./source-metrics.ts";

/** The state of this process's partitions: what waits there, since when, and whether it is being read. */
export type PartitionProgress = {
  /** Sets the partitions that are assigned now. */
  assigned(partitions: Partitions): void;
  partitions(): Partitions;
  /** A batch was delivered; its first record was written at `since`. */
  began(topic: string, partition: number, since: Date | null): void;
  /** Its handling ended; the first remaining record was written at `since`, null if none is known to remain. */
  ended(topic: string, partition: number, since: Date | null): void;
  /** Kafka's answer about a partition, whether or not it is consumed. */
  probed(lag: PartitionLag): void;
  /** For how long any partition has had records that are not read. */
  untakenMs(): number;
  /** For how long no batch of any partition has been handled. */
  quietMs(): number;
  /** How many batches were finished. */
  batches(): number;
};

type State = {
  isUnderWay: boolean;
  committed: number | null;
  /** When waiting records were first seen, without progress since. */
  untakenSince: number | null;
  oldest: Date | null;
};

type Metrics = Pick<SourceMetrics, "lag" | "oldestWaiting">;

export const createPartitionProgress = (metrics: Metrics): PartitionProgress => {
  let ours: Partitions = {};
  let states = new Map<string, State>();
  let batches = 0;
  let lastBatchAt = performance.now();
  const stateOf = (topic: string, partition: number): State | undefined => states.get(`${topic}/${partition}`);
  const setOldest = (topic: string, partition: number, state: State, oldest: Date | null): void => {
    state.oldest = oldest;
    metrics.oldestWaiting(topic, partition, oldest);
  };

  return {
    assigned: (partitions) => {
      ours = partitions;
      lastBatchAt = performance.now();
      states = new Map(listed(partitions).map(([topic, partition]) => [`${topic}/${partition}`, newState()]));
      // The metric exists from now on, and has a value as soon as Kafka was asked.
      for (const [topic, partition] of listed(partitions)) metrics.lag(topic, partition, Number.NaN);
    },
    partitions: () => ours,
    began: (topic, partition, since) => {
      const state = stateOf(topic, partition);
      if (state === undefined) return;
      Object.assign(state, { isUnderWay: true, untakenSince: null });
      setOldest(topic, partition, state, since);
    },
    ended: (topic, partition, since) => {
      const state = stateOf(topic, partition);
      if (state === undefined) return;
      Object.assign(state, { isUnderWay: false, untakenSince: null });
      setOldest(topic, partition, state, since);
      batches += 1;
      lastBatchAt = performance.now();
    },
    probed: ({ topic, partition, committed, lag }) => {
      const state = stateOf(topic, partition);
      if (state === undefined) return;
      metrics.lag(topic, partition, lag);
      if (state.isUnderWay) return;
      const hasMoved = state.committed !== committed;
      state.committed = committed;
      if (lag === 0) setOldest(topic, partition, state, null);
      state.untakenSince = lag === 0 || hasMoved ? null : (state.untakenSince ?? performance.now());
      // The first record was not read, so its time is unknown: it has waited at least since now.
      if (state.untakenSince !== null) setOldest(topic, partition, state, state.oldest ?? new Date());
    },
    batches: () => batches,
    quietMs: () => {
      const isUnderWay = [...states.values()].some((state) => state.isUnderWay);
      return isUnderWay ? 0 : performance.now() - lastBatchAt;
    },
    untakenMs: () => {
      const now = performance.now();
      return Math.max(0, ...[...states.values()].map(({ untakenSince }) => now - (untakenSince ?? now)));
    },
  };
};

const newState = (): State => ({ isUnderWay: false, committed: null, untakenSince: null, oldest: null });

const listed = (partitions: Partitions): [topic: string, partition: number][] =>
  Object.entries(partitions).flatMap(([topic, numbers]) => numbers.map((one): [string, number] => [topic, one]));
