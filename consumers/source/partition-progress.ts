import type { PartitionLag, Partitions } from "./lag-probe.ts";
import type { SourceMetrics } from "./source-metrics.ts";

/** What is known of the partitions that this process has now: what waits there, since when, and whether it is taken. */
export type PartitionProgress = {
  /** These partitions are ours now, and no others. */
  assigned(partitions: Partitions): void;
  partitions(): Partitions;
  /** A batch is handed over; its first record was written at `since`. */
  began(topic: string, partition: number, since: Date | null): void;
  /** Its handling ended; the first record that is left was written at `since`, null where none is known to be left. */
  ended(topic: string, partition: number, since: Date | null): void;
  /** What Kafka says of a partition, whether or not it is consumed. */
  probed(lag: PartitionLag): void;
  /** For how long some partition has had records that nobody takes. */
  untakenMs(): number;
  /** For how long no batch has been handled, of whatever partition. */
  quietMs(): number;
  /** How many batches were handled to their end. */
  batches(): number;
};

type State = {
  isUnderWay: boolean;
  committed: number | null;
  /** When records were first seen here that wait, with nothing having moved since. */
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
  const tell = (topic: string, partition: number, state: State, oldest: Date | null): void => {
    state.oldest = oldest;
    metrics.oldestWaiting(topic, partition, oldest);
  };

  return {
    assigned: (partitions) => {
      ours = partitions;
      lastBatchAt = performance.now();
      states = new Map(listed(partitions).map(([topic, partition]) => [`${topic}/${partition}`, newState()]));
      // There from now on, and a number as soon as Kafka was asked.
      for (const [topic, partition] of listed(partitions)) metrics.lag(topic, partition, Number.NaN);
    },
    partitions: () => ours,
    began: (topic, partition, since) => {
      const state = stateOf(topic, partition);
      if (state === undefined) return;
      Object.assign(state, { isUnderWay: true, untakenSince: null });
      tell(topic, partition, state, since);
    },
    ended: (topic, partition, since) => {
      const state = stateOf(topic, partition);
      if (state === undefined) return;
      Object.assign(state, { isUnderWay: false, untakenSince: null });
      tell(topic, partition, state, since);
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
      if (lag === 0) tell(topic, partition, state, null);
      state.untakenSince = lag === 0 || hasMoved ? null : (state.untakenSince ?? performance.now());
      // Nobody has read the first one, so that its time is not known: it has waited since now at least.
      if (state.untakenSince !== null) tell(topic, partition, state, state.oldest ?? new Date());
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
