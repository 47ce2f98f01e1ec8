import type { Consumer, EachBatchPayload, Kafka } from "kafkajs";
import { withLimit } from "../kafka/with-limit.ts";
import { type ReceivedRecord, toReceivedRecord } from "../source/received-record.ts";
import { type Range, rangesOf } from "./ranges.ts";

/** Reads a topic from its beginning to the end that it had when the group was joined, as often as needed. */
export type TopicReader = AsyncDisposable & {
  ranges: Range[];
  /**
   * Delivers each record once, one after the other, and in order within a partition. When aborted, it ends after the
   * record under way.
   * @throws what the handler throws; the signal's reason; if no record comes for a minute; if Kafka removed this reader
   * from the group, since another one may have worked in the meantime
   */
  read(handle: (record: ReceivedRecord) => Promise<void>, signal: AbortSignal): Promise<void>;
};

type Options = { client: Kafka; topic: string; groupId: string; sessionTimeoutMs?: number };

/** One pass over the topic: its position in each partition, and how to end it. */
type Pass = {
  handle: (record: ReceivedRecord) => Promise<void>;
  next: Map<number, number>;
  end: PromiseWithResolvers<void>;
  movedAt: number;
  signal: AbortSignal;
  isHandling: boolean;
};

const joinLimitMs = 60_000;
const stallLimitMs = 60_000;
const closeLimitMs = 5_000;

const putOut =
  "Kafka heard nothing of this call for too long, and somebody else may have been at work since: call it again";

/**
 * kafkajs can read only as a member of a group. Nothing is committed, so each pass reads everything. Resolves to null if
 * another reader is already in the group.
 */
export const openTopicReader = async ({
  client,
  topic,
  groupId,
  sessionTimeoutMs = 30_000,
}: Options): Promise<TopicReader | null> => {
  const consumer = client.consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: 3_000,
    maxWaitTimeInMs: 200,
    allowAutoTopicCreation: false,
    retry: { retries: 8, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: async () => false },
  });
  const reader = new GroupReader(consumer, topic);
  try {
    if (await withLimit("joining the group", joinLimitMs, reader.join())) {
      // Not earlier: joining waits for the reader that is at work, and its last records must be read as well.
      reader.ranges = await rangesOf(client, topic);
      return reader;
    }
  } catch (error) {
    await reader[Symbol.asyncDispose]();
    throw error;
  }
  await reader[Symbol.asyncDispose]();
  return null;
};

/** False if this ended the pass. */
const handleOne = async (pass: Pass, record: ReceivedRecord): Promise<boolean> => {
  try {
    pass.isHandling = true;
    await pass.handle(record);
    pass.signal.throwIfAborted();
    return true;
  } catch (error) {
    pass.end.reject(error);
    return false;
  } finally {
    pass.isHandling = false;
  }
};

class GroupReader implements TopicReader {
  ranges: Range[] = [];
  readonly #consumer: Consumer;
  readonly #topic: string;
  readonly #crash = Promise.withResolvers<never>();
  #pass: Pass | null = null;
  #hasCrashed = false;
  #memberId: string | null = null;

  constructor(consumer: Consumer, topic: string) {
    this.#consumer = consumer;
    this.#topic = topic;
    this.#crash.promise.catch(() => undefined);
  }

  /**
   * False if another reader is there: Kafka makes the first member the group's leader, which it stays until it leaves.
   * So of readers that join at the same moment exactly one continues.
   */
  async join(): Promise<boolean> {
    const consumer = this.#consumer;
    const { GROUP_JOIN, CRASH, END_BATCH_PROCESS } = consumer.events;
    const joined = Promise.withResolvers<boolean>();
    consumer.on(GROUP_JOIN, ({ payload: { memberId, isLeader } }) => {
      if (this.#pass === null) this.#pause();
      // A rebalance does not change a member's id. A new id means that Kafka had removed this member.
      if (this.#memberId !== null && memberId !== this.#memberId) this.#crash.reject(new Error(putOut));
      this.#memberId = memberId;
      joined.resolve(isLeader);
    });
    consumer.on(CRASH, ({ payload }) => {
      this.#hasCrashed = true;
      this.#crash.reject(payload.error);
    });
    // Some offsets are never delivered, such as the end of a transaction: they are a batch without records.
    consumer.on(END_BATCH_PROCESS, ({ payload: { batchSize, lastOffset, partition } }) => {
      if (batchSize === 0) this.#passed(partition, Number(lastOffset) + 1);
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [this.#topic], fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: (batch) => this.#take(batch) });
    return await Promise.race([joined.promise, this.#crash.promise]);
  }

  async read(handle: Pass["handle"], signal: AbortSignal): Promise<void> {
    const pass: Pass = {
      handle,
      next: new Map(this.ranges.map(({ partition, low }) => [partition, low])),
      end: Promise.withResolvers(),
      movedAt: performance.now(),
      signal,
      isHandling: false,
    };
    // First finish the record under way.
    const abort = (): void => {
      if (!pass.isHandling) pass.end.reject(signal.reason);
    };
    const stalled = new Error("no record came for a minute, though there are some");
    const watch = setInterval(() => {
      if (performance.now() - pass.movedAt > stallLimitMs) pass.end.reject(stalled);
    }, 1_000);
    signal.addEventListener("abort", abort, { once: true });
    try {
      signal.throwIfAborted();
      this.#begin(pass);
      await Promise.race([pass.end.promise, this.#crash.promise]);
    } finally {
      clearInterval(watch);
      signal.removeEventListener("abort", abort);
      this.#pass = null;
      this.#pause();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await withLimit("leaving the group", closeLimitMs, this.#consumer.disconnect()).catch(() => undefined);
  }

  #begin(pass: Pass): void {
    if (this.ranges.every(({ low, high }) => low >= high)) return pass.end.resolve();
    this.#pass = pass;
    for (const { partition, low } of this.ranges) {
      this.#consumer.seek({ topic: this.#topic, partition, offset: String(low) });
    }
    this.#consumer.resume([{ topic: this.#topic }]);
  }

  #pause(): void {
    if (!this.#hasCrashed) this.#consumer.pause([{ topic: this.#topic }]);
  }

  /** After a rebalance a partition is read from its beginning again: records that were delivered are skipped. */
  async #take(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const pass = this.#pass;
    const high = this.ranges.find(({ partition }) => partition === batch.partition)?.high ?? 0;
    for (const message of batch.messages) {
      const offset = Number(message.offset);
      if (this.#pass !== pass || pass === null) return;
      if (offset >= (pass.next.get(batch.partition) ?? 0) && offset < high) {
        if (!(await handleOne(pass, toReceivedRecord(batch.topic, batch.partition, message)))) return;
        this.#passed(batch.partition, offset + 1);
      }
      payload.resolveOffset(message.offset);
      await payload.heartbeat();
    }
    if (this.#pass === pass && Number(batch.firstOffset()) <= high) {
      this.#passed(batch.partition, Number(batch.lastOffset()) + 1);
    }
  }

  #passed(partition: number, next: number): void {
    const pass = this.#pass;
    if (pass === null) return;
    pass.movedAt = performance.now();
    pass.next.set(partition, Math.max(next, pass.next.get(partition) ?? 0));
    if (this.ranges.every((range) => (pass.next.get(range.partition) ?? 0) >= range.high)) pass.end.resolve();
  }
}
