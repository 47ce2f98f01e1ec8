import type { PlanWork } from "../../consumers/source/handle-records.ts";
import { createRecordSource, type SourceTiming } from "../../consumers/source/kafka-record-source.ts";
import type { ReceivedRecord } from "../../consumers/source/received-record.ts";
import type { RecordSource } from "../../consumers/source/record-source.ts";
import { type TestKafka, testLogger } from "./kafka.ts";

type Handle = (record: ReceivedRecord) => Promise<void>;
type Options = {
  topics?: string[];
  orderedBy?: (record: ReceivedRecord) => string | null;
  handle: Handle;
  timing?: Partial<SourceTiming>;
};

export type TestSource = RecordSource &
  AsyncDisposable & {
    /** What a source tells of itself, counted. */
    counts: { paused: number; joined: number; restarted: number };
    gaveUp: unknown[];
  };

/** A started source of a test's topics, ordered by the record's key. */
export const runSource = (kafka: TestKafka, { topics, orderedBy, handle, timing }: Options): TestSource => {
  const counts = { paused: 0, joined: 0, restarted: 0 };
  const gaveUp: unknown[] = [];
  const plan: PlanWork = (record) => ({
    orderedBy: orderedBy ? orderedBy(record) : (record.key?.toString() ?? null),
    run: () => handle(record),
  });
  const source = createRecordSource({
    kafka: kafka.address,
    groupId: kafka.groupId,
    topics: topics ?? [kafka.topics.approved, kafka.topics.cancelled],
    plan,
    logger: testLogger,
    metrics: {
      paused: () => void (counts.paused += 1),
      reached: () => undefined,
      joined: () => void (counts.joined += 1),
      restarted: () => void (counts.restarted += 1),
      lag: () => undefined,
      oldestWaiting: () => undefined,
      watchPauses: () => undefined,
      watchJoined: () => undefined,
    },
    onGiveUp: (error) => void gaveUp.push(error),
    timing: { lookEveryMs: 200, longestRetryMs: 500, ...timing },
  });
  source.start();
  return {
    start: () => source.start(),
    stop: (deadlineMs) => source.stop(deadlineMs),
    health: () => source.health(),
    hasJoined: () => source.hasJoined(),
    counts,
    gaveUp,
    [Symbol.asyncDispose]: async () => void (await source.stop(5_000)),
  };
};
