import type { Consumer, EachBatchHandler, Kafka } from "kafkajs";
import { kafkaRetry } from "../kafka/kafka-client.ts";
import { untilAborted, withLimit } from "../kafka/with-limit.ts";

/** One session of a kafkajs consumer: it is made, it runs, it ends, and it is never started again. */
export type ConsumerSession = {
  /** Aborts if it ended without a request; the reason is kafkajs' error. */
  crashed: AbortSignal;
  /** Milliseconds since its last activity: a fetch, a heartbeat, the end of a batch. */
  quietMs(): number;
  /** Finishes the work under way, commits, leaves the group. @throws LimitError if that takes longer */
  close(limitMs: number): Promise<void>;
};

type Options = {
  client: Kafka;
  groupId: string;
  /** Each of the topics must exist. */
  topics: string[];
  eachBatch: EachBatchHandler;
  /** Called with the assigned partitions, by topic, after every rebalance. */
  onJoin: (partitions: Record<string, number[]>) => void;
  signal: AbortSignal;
};

const openLimitMs = 60_000;
const lateCloseLimitMs = 10_000;

const createConsumer = ({ client, groupId }: Options): Consumer =>
  client.consumer({
    groupId,
    sessionTimeout: 10_000,
    heartbeatInterval: 2_000,
    rebalanceTimeout: 30_000,
    metadataMaxAge: 30_000,
    // Kafka answers at once if there are records.
    maxWaitTimeInMs: 1_000,
    maxBytesPerPartition: 262_144,
    allowAutoTopicCreation: false,
    // We restart the consumer ourselves: kafkajs' own restart cannot be stopped while it waits, and runs after a close.
    retry: { ...kafkaRetry, restartOnFailure: async () => false },
  });

/**
 * Connects, subscribes from the beginning (from the end, records in new partitions would be lost before we see the
 * partitions), and runs. Resolves when the group was joined.
 * @throws if that did not happen within a minute
 */
export const openConsumerSession = async (options: Options): Promise<ConsumerSession> => {
  const consumer = createConsumer(options);
  let closed = false;
  const close = (limitMs: number): Promise<void> => {
    closed = true;
    return withLimit("closing the consumer", limitMs, consumer.disconnect());
  };
  const { crashed, quietMs } = listen(consumer, (partitions) => {
    // kafkajs forgets a close during the join as soon as the join succeeds.
    if (closed) void close(lateCloseLimitMs).catch(() => undefined);
    else options.onJoin(partitions);
  });
  try {
    await withLimit("joining the group", openLimitMs, begin(consumer, crashed, options));
    return { crashed, quietMs, close };
  } catch (error) {
    await close(lateCloseLimitMs).catch(() => undefined);
    throw error;
  }
};

const listen = (consumer: Consumer, onJoin: Options["onJoin"]): Pick<ConsumerSession, "crashed" | "quietMs"> => {
  const { CRASH, FETCH, GROUP_JOIN, HEARTBEAT, END_BATCH_PROCESS } = consumer.events;
  const crash = new AbortController();
  let lastSign = performance.now();
  for (const event of [FETCH, GROUP_JOIN, HEARTBEAT, END_BATCH_PROCESS]) {
    consumer.on(event, () => {
      lastSign = performance.now();
    });
  }
  consumer.on(GROUP_JOIN, ({ payload }) => onJoin(payload.memberAssignment));
  consumer.on(CRASH, ({ payload: { error } }) => crash.abort(error));
  return { crashed: crash.signal, quietMs: () => performance.now() - lastSign };
};

const begin = async (
  consumer: Consumer,
  crashed: AbortSignal,
  { topics, eachBatch, signal }: Options,
): Promise<void> => {
  await step(consumer, signal, consumer.connect());
  await step(consumer, signal, consumer.subscribe({ topics, fromBeginning: true }));
  await consumer.run({ eachBatch, eachBatchAutoResolve: false, autoCommit: true, partitionsConsumedConcurrently: 6 });
  // `run` also resolves if joining failed.
  crashed.throwIfAborted();
};

/** A step that is not awaited continues in the background, and reconnects what was disconnected in the meantime. */
const step = async (consumer: Consumer, signal: AbortSignal, work: Promise<void>): Promise<void> => {
  try {
    await untilAborted(signal, work);
  } catch (error) {
    const disconnect = (): Promise<void> => consumer.disconnect().catch(() => undefined);
    void work.then(disconnect, disconnect);
    throw error;
  }
};
