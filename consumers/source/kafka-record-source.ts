import type { Kafka } from "kafkajs";
import type { Logger } from "../../src/process/logger.ts";
import { growingPause } from "../../src/timing/growing-pause.ts";
import { createKafkaClient, createProbeClient, type KafkaAddress } from "../kafka/kafka-client.ts";
import { topicsThere } from "../kafka/topics-there.ts";
import { withLimit } from "../kafka/with-limit.ts";
import { rest } from "../rest.ts";
import { type ConsumerSession, openConsumerSession } from "./consumer-session.ts";
import { createCrashCount } from "./crash-count.ts";
import { type BatchHandling, createEachBatch } from "./each-batch.ts";
import type { PlanWork } from "./handle-records.ts";
import { createHangWatch } from "./hang-watch.ts";
import { createPartitionPauses } from "./partition-pauses.ts";
import { createPartitionProgress, type PartitionProgress } from "./partition-progress.ts";
import type { RecordSource, SourceHealth } from "./record-source.ts";
import type { SourceMetrics } from "./source-metrics.ts";
import { createStallWatch, type StallWatch } from "./stall-watch.ts";

type Parts = {
  kafka: KafkaAddress;
  groupId: string;
  topics: string[];
  plan: PlanWork;
  logger: Logger;
  metrics: SourceMetrics;
  /** Called if the consumer keeps ending, or does not end when asked to: the process should exit. */
  onGiveUp: (error: unknown) => void;
  timing?: Partial<SourceTiming>;
};

export type SourceTiming = typeof defaultTiming;

const defaultTiming = {
  recordLimitMs: 30_000,
  /** How often a running consumer is checked, and missing topics are looked up. */
  lookEveryMs: 3_000,
  /** A consumer fetches and sends heartbeats every second or two. If it is silent for this long, Kafka is probed. */
  quietMs: 5_000,
  /** A consumer that did nothing for this long, while Kafka answers, is recreated. */
  frozenMs: 45_000,
  /** How often Kafka is asked for this process's lag, also in partitions that it does not fetch. */
  lagEveryMs: 15_000,
  /** If records are not read for this long by a live consumer, it is recreated, and given up the second time. */
  untakenMs: 60_000,
  /** If work hangs for this long and no other work ends, the process gives up. */
  hungMs: 60_000,
  longestRetryMs: 5_000,
};
const mostAtOnce = 500;
const crashLimits = { most: 8, withinMs: 10 * 60_000 };
const firstRetryMs = 100;
/** A consumer that lived this long is recreated without a long pause. */
const steadyMs = 30_000;
const closeLimitMs = 10_000;

/** The records of some topics, by kafkajs. */
export const createRecordSource = (parts: Parts): RecordSource => new KafkaRecordSource(parts);

class KafkaRecordSource implements RecordSource {
  readonly #parts: Parts;
  readonly #timing: SourceTiming;
  readonly #client: Kafka;
  /** Probes Kafka with shorter limits than kafkajs. */
  readonly #probe: Kafka;
  readonly #pauses = createPartitionPauses();
  readonly #crashes = createCrashCount(crashLimits);
  readonly #closing = new AbortController();
  readonly #progress: PartitionProgress;
  readonly #stallWatch: StallWatch;
  #running: Promise<void> | null = null;
  #session: ConsumerSession | null = null;
  #failure: { error: unknown } | null = null;
  #isKafkaUp = false;
  #hasJoined = false;
  #hasGivenUp = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#timing = { ...defaultTiming, ...parts.timing };
    this.#client = createKafkaClient(parts);
    this.#probe = createProbeClient(parts);
    this.#progress = createPartitionProgress(parts.metrics);
    parts.metrics.watchPauses(() => this.#pauses.count());
    parts.metrics.watchJoined(() => this.#session !== null);
    const { lagEveryMs, untakenMs } = this.#timing;
    this.#stallWatch = createStallWatch({
      client: this.#probe,
      groupId: parts.groupId,
      progress: this.#progress,
      everyMs: lagEveryMs,
      untakenMs,
    });
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(deadlineMs: number): Promise<boolean> {
    this.#closing.abort();
    try {
      await withLimit("stopping", deadlineMs, this.#running ?? Promise.resolve());
      return !this.#hasGivenUp;
    } catch {
      return false;
    } finally {
      this.#pauses.clear();
    }
  }

  health(): SourceHealth {
    const quietMs = this.#session?.quietMs() ?? 0;
    const isFrozen = this.#isKafkaUp && quietMs > 3 * this.#timing.frozenMs;
    return {
      kafka: this.#isKafkaUp ? "up" : "down",
      joined: this.#session !== null,
      alive: !this.#hasGivenUp && !isFrozen,
    };
  }

  hasJoined(): boolean {
    return this.#hasJoined;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const pauseAfter = growingPause({ firstMs: firstRetryMs, longestMs: this.#timing.longestRetryMs });
    let shortLives = 0;
    while (!signal.aborted && !this.#hasGivenUp) {
      const began = performance.now();
      await this.#live();
      shortLives = performance.now() - began > steadyMs ? 1 : shortLives + 1;
      await rest(pauseAfter(shortLives), signal);
    }
  }

  /** One life of a consumer, from looking for the topics to its end. Never throws. */
  async #live(): Promise<void> {
    const { logger } = this.#parts;
    try {
      const topics = await this.#topicsThere();
      if (this.#failure !== null && this.#crashes.isTooMuch()) return this.#giveUp(this.#failure.error);
      this.#failure = null;
      if (topics.length === 0) return logger.warn("none of the topics is there yet, looking again");
      await this.#consume(topics);
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      // This counts as a failure of the consumer only if Kafka answers at the next check.
      this.#failure ??= this.#isKafkaUp ? { error } : null;
      logger.warn({ err: error }, "no records can be had now, trying again");
    }
  }

  async #consume(topics: string[]): Promise<void> {
    const { groupId, metrics, logger } = this.#parts;
    const { signal } = this.#closing;
    let generation = 0;
    const batches = createEachBatch({
      ...this.#parts,
      pauses: this.#pauses,
      progress: this.#progress,
      hangs: createHangWatch({ mostMs: this.#timing.hungMs }),
      onHang: (error) => this.#giveUp(new Error("work hangs and does not say why", { cause: error })),
      mostAtOnce,
      recordLimitMs: this.#timing.recordLimitMs,
      isClosing: () => signal.aborted,
      generation: () => generation,
    });
    const session = await openConsumerSession({
      client: this.#client,
      groupId,
      topics,
      eachBatch: batches.eachBatch,
      onJoin: (partitions) => {
        generation += 1;
        this.#hasJoined = true;
        metrics.joined();
        this.#progress.assigned(partitions);
        logger.info({ partitions }, "the group was joined");
      },
      signal,
    });
    this.#session = session;
    try {
      await this.#watch(session, topics);
    } finally {
      this.#session = null;
      // A consumer that is closed in order can confirm the work under way; one that crashed cannot.
      if (session.crashed.aborted) generation += 1;
      await this.#close(session, batches);
    }
  }

  /**
   * Waits for the session's end.
   * @throws if it crashed, or is inactive or stalled although Kafka answers
   */
  async #watch(session: ConsumerSession, topics: string[]): Promise<void> {
    const { quietMs, frozenMs, lookEveryMs } = this.#timing;
    const over = AbortSignal.any([this.#closing.signal, session.crashed]);
    while (!over.aborted) {
      await rest(lookEveryMs, over);
      const isQuiet = session.quietMs() > quietMs;
      if (over.aborted) break;
      if (!isQuiet) this.#reached();
      await this.#lookForStall(over);
      if (!isQuiet && topics.length === this.#parts.topics.length) continue;
      const there = await this.#topicsThere().catch(() => null);
      if (there?.some((topic) => !topics.includes(topic))) return;
      if (there !== null && session.quietMs() > frozenMs) throw new Error("the consumer is frozen");
    }
    if (!session.crashed.aborted) return;
    this.#parts.metrics.restarted();
    throw new Error("the consumer crashed", { cause: session.crashed.reason });
  }

  /** @throws if records wait that the consumer does not read */
  async #lookForStall(over: AbortSignal): Promise<void> {
    const stall = await this.#stallWatch.look(over);
    if (stall === null) return;
    const error = new Error("records wait and the consumer does not take them");
    if (stall === "again") this.#giveUp(error);
    throw error;
  }

  // A consumer that cannot be closed may come back at any time and hold partitions that nobody handles.
  async #close(session: ConsumerSession, batches: BatchHandling): Promise<void> {
    try {
      const { recordLimitMs } = this.#timing;
      await withLimit("ending what is handled", recordLimitMs + closeLimitMs, batches.settled());
      await session.close(recordLimitMs + closeLimitMs);
    } catch (error) {
      if (!session.crashed.aborted) this.#giveUp(error);
    }
  }

  async #topicsThere(): Promise<string[]> {
    try {
      const there = await topicsThere(this.#probe, this.#parts.topics);
      this.#reached();
      return there;
    } catch (error) {
      this.#isKafkaUp = false;
      throw error;
    }
  }

  #reached(): void {
    this.#isKafkaUp = true;
    this.#parts.metrics.reached();
  }

  #giveUp(error: unknown): void {
    if (this.#hasGivenUp || this.#closing.signal.aborted) return;
    this.#hasGivenUp = true;
    this.#parts.onGiveUp(error);
  }
}
