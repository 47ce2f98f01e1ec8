import type { Consumer, EachBatchPayload, Kafka } from "kafkajs";
import { type ReceivedRecord, toReceivedRecord } from "../received-record.ts";
import { withLimit } from "../with-limit.ts";

/** A partition's records as they stood at the opening: from `low` up to, without, `high`. */
export type Range = { partition: number; low: number; high: number };

/** Reads a topic from its beginning to where it ended when this was opened, as often as wanted. */
export type TopicReader = AsyncDisposable & {
  ranges: Range[];
  /** How many readers are in the group now, this one among them. */
  members(): Promise<number>;
  /**
   * Hands over each record once, those of a partition in their order, one after the other. Aborted, it ends when the
   * record under way has been handled.
   * @throws what the handler throws, the signal's reason, and where nothing comes for a minute
   */
  read(handle: (record: ReceivedRecord) => Promise<void>, signal: AbortSignal): Promise<void>;
};

type Options = { client: Kafka; topic: string; groupId: string };

/** One reading: how far it came in each partition, and how it ends. */
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

/** kafkajs reads as a member of a group only. Nothing is committed, so each reading is a whole one. */
export const openTopicReader = async ({ client, topic, groupId }: Options): Promise<TopicReader> => {
  const ranges = await rangesOf(client, topic);
  const consumer = client.consumer({
    groupId,
    sessionTimeout: 30_000,
    heartbeatInterval: 3_000,
    maxWaitTimeInMs: 200,
    allowAutoTopicCreation: false,
    retry: { retries: 8, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: async () => false },
  });
  const reader = new GroupReader(consumer, topic, ranges);
  try {
    await withLimit("joining the group", joinLimitMs, reader.join());
    return reader;
  } catch (error) {
    await reader[Symbol.asyncDispose]();
    throw error;
  }
};

const rangesOf = async (client: Kafka, topic: string): Promise<Range[]> => {
  const admin = client.admin();
  try {
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(topic);
    return offsets.map(({ partition, low, high }) => ({ partition, low: Number(low), high: Number(high) }));
  } finally {
    await admin.disconnect();
  }
};

/** False where this ended the reading. */
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
  readonly ranges: Range[];
  readonly #consumer: Consumer;
  readonly #topic: string;
  readonly #crash = Promise.withResolvers<never>();
  #pass: Pass | null = null;
  #hasCrashed = false;

  constructor(consumer: Consumer, topic: string, ranges: Range[]) {
    this.#consumer = consumer;
    this.#topic = topic;
    this.ranges = ranges;
    this.#crash.promise.catch(() => undefined);
  }

  async join(): Promise<void> {
    const consumer = this.#consumer;
    const { GROUP_JOIN, CRASH, END_BATCH_PROCESS } = consumer.events;
    const joined = Promise.withResolvers<void>();
    consumer.on(GROUP_JOIN, () => {
      if (this.#pass === null) this.#pause();
      joined.resolve();
    });
    consumer.on(CRASH, ({ payload }) => {
      this.#hasCrashed = true;
      this.#crash.reject(payload.error);
    });
    // What is in the log and never handed over, as the end of a transaction: a batch without a first record.
    consumer.on(END_BATCH_PROCESS, ({ payload: { firstOffset, lastOffset, partition } }) => {
      if (firstOffset === null) this.#passed(partition, Number(lastOffset) + 1);
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [this.#topic], fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: (batch) => this.#take(batch) });
    await Promise.race([joined.promise, this.#crash.promise]);
  }

  async members(): Promise<number> {
    return (await this.#consumer.describeGroup()).members.length;
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
    // A record under way comes to its end first.
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

  /** After a rebalance a partition comes from its beginning again: what was handed over is passed by. */
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
