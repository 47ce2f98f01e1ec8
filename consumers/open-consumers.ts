import { createActs } from "../src/chat/acts/create-acts.ts";
import { createBookingTypes } from "../src/chat/booking-type.ts";
import type { Config } from "../src/config/config.ts";
import type { Logger } from "../src/process/logger.ts";
import { check, createOpsServer, type OpsAnswer } from "../src/process/ops-server.ts";
import { createOutsideBroadcast } from "../src/socket/fan-out/outside-broadcast.ts";
import { createOutsidePresence } from "../src/socket/presence/outside-presence.ts";
import type { Opening } from "../src/store/make-indexes.ts";
import { openStore, type Store } from "../src/store/open-store.ts";
import { createBookingConsumer } from "./booking/booking-consumer.ts";
import { createDeadLetters } from "./booking/dead-letter.ts";
import { createDeadLetterGroups } from "./booking/dead-letter-groups.ts";
import { createDecode } from "./booking/decode.ts";
import { createConsumerMetrics } from "./consumer-metrics.ts";
import { createEventTopic } from "./kafka/event-topic.ts";
import { createProbeClient } from "./kafka/kafka-client.ts";
import { createPublisher } from "./kafka/publisher.ts";
import { createWriteProbe, type WriteProbe } from "./kafka/write-probe.ts";
import { openRelay } from "./relay/open-relay.ts";
import { createRecordSource, type SourceTiming } from "./source/kafka-record-source.ts";
import type { RecordSource } from "./source/record-source.ts";
import { createTopicSpread } from "./source/topic-spread.ts";

export type Consumers = {
  opsPort: number;
  /**
   * Ends what is under way, confirms it and closes everything, within `deadlineMs`. False: the deadline passed first.
   * May be called twice.
   */
  stop: (deadlineMs: number) => Promise<boolean>;
};

type Options = {
  config: Pick<
    Config,
    | "host"
    | "opsPort"
    | "mongodbUri"
    | "redisUrl"
    | "redisPrefix"
    | "kafka"
    | "topics"
    | "bookingTypeAliases"
    | "unreadNotice"
  >;
  logger: Logger;
  /** Ends the wait for a database that is away at the start. */
  signal: AbortSignal;
  /** Nothing moves any more although Kafka answers: the process should end, and a new one begin. */
  onGiveUp: (error: unknown) => void;
  /** Only for those who have no time to wait for the usual. */
  timing?: Partial<SourceTiming>;
};

/** What is there already. */
type Running = {
  opening: Opening;
  source?: RecordSource;
  writes?: WriteProbe;
  store?: Store;
  isRedisUp?: () => boolean;
  /** Set for good once Kafka was reached in this way. */
  reached: { read: boolean; write: boolean; group: boolean };
};

/**
 * The consumers, from top to bottom. Resolves when the database is there and consuming has begun; Kafka is waited for
 * behind that.
 * @throws the signal's reason when it is aborted before that
 */
export const openConsumers = async ({ config, logger, signal, onGiveUp, timing = {} }: Options): Promise<Consumers> => {
  const metrics = createConsumerMetrics(config.topics.booking);
  const running: Running = {
    opening: { mongodb: false, indexes: false },
    reached: { read: false, write: false, group: false },
  };
  const ops = await createOpsServer({
    host: config.host,
    port: config.opsPort,
    livez: () => ({ ok: running.source?.health().alive !== false }),
    readyz: () => readiness(running),
    registry: metrics.registry,
  });

  const store = await openStore({
    mongodbUri: config.mongodbUri,
    logger,
    signal,
    onProgress: (opening) => {
      running.opening = opening;
    },
  });
  const place = { url: config.redisUrl, prefix: config.redisPrefix };
  const [outside, presence] = await Promise.all([
    createOutsideBroadcast({ place, logger }),
    createOutsidePresence({ place, logger }),
  ]);
  const publisher = await createPublisher({ kafka: config.kafka, logger });
  // One of its own: a publisher that failed begins anew, and neither way shall wait for the other's.
  const eventPublisher = await createPublisher({ kafka: config.kafka, logger });
  const acts = createActs({
    log: store.log,
    cards: store.cards,
    broadcast: outside.broadcast,
    now: () => new Date(),
    onCardFailure: (error) => logger.warn({ err: error }, "cards were not written, trying again"),
  });
  const dlq = { publisher, topic: config.topics.bookingDlq };
  const deadLetters = createDeadLetterGroups({
    ...dlq,
    single: createDeadLetters(dlq),
    spread: createTopicSpread(createProbeClient({ kafka: config.kafka, logger }), dlq.topic),
  });
  const source = createRecordSource({
    kafka: config.kafka,
    groupId: config.kafka.groupId,
    topics: config.topics.booking,
    plan: createBookingConsumer({
      decode: createDecode({ meaningOf: createBookingTypes(config.bookingTypeAliases), now: () => new Date() }),
      applyBookingEvent: acts.applyBookingEvent,
      deadLetters,
      metrics: metrics.booking,
      logger,
    }),
    logger,
    metrics: {
      ...metrics.source,
      reached: () => {
        running.reached.read = true;
        metrics.source.reached();
      },
      joined: () => {
        running.reached.group = true;
        metrics.source.joined();
      },
    },
    onGiveUp,
    timing,
  });
  const relay = openRelay({
    store,
    topic: createEventTopic({ ...config, topic: config.topics.chatEvents, publisher: eventPublisher, logger }),
    topicName: config.topics.chatEvents,
    mendCard: acts.mendCard,
    presenceOf: presence.of,
    delays: { offlineMs: config.unreadNotice.offlineS * 1_000, onlineMs: config.unreadNotice.onlineS * 1_000 },
    metrics: metrics.relay,
    logger,
  });
  const writes = createWriteProbe({
    kafka: config.kafka,
    topics: [config.topics.bookingDlq, config.topics.chatEvents],
    logger,
    onReached: () => {
      running.reached.write = true;
      metrics.wrote();
    },
  });
  const isRedisUp = (): boolean => outside.isUp() && presence.isUp();
  Object.assign(running, { source, writes, store, isRedisUp });
  metrics.watch({ mongodb: store.isUp, redis: isRedisUp, kafka: () => source.health().kafka === "up" });
  source.start();
  writes.start();
  relay.start();
  logger.info({ opsPort: ops.port, topics: config.topics.booking }, "the consumers run");

  const stopAll = async (deadlineMs: number): Promise<boolean> => {
    const ended = await Promise.all([source.stop(deadlineMs * 0.6), relay.stop(deadlineMs * 0.6)]);
    await writes.stop();
    await acts.drain(deadlineMs * 0.1);
    await Promise.all([publisher.close(), eventPublisher.close(), store.close(deadlineMs * 0.1)]);
    await outside.close();
    presence.close();
    await ops.close();
    return !ended.includes(false);
  };
  let stopping: Promise<boolean> | undefined;
  return { opsPort: ops.port, stop: (deadlineMs) => (stopping ??= stopAll(deadlineMs)) };
};

/**
 * Not ready before this process has once joined its group and reached Kafka both ways: with wrong settings it would take
 * the place of one that works. Kafka or Redis away later changes nothing: no other process could do more.
 */
const readiness = async ({ opening, source, writes, store, isRedisUp, reached }: Running): Promise<OpsAnswer> => {
  const isStoreUp = store === undefined ? opening.mongodb : await store.isUp();
  const health = source?.health();
  return {
    ok: store !== undefined && isStoreUp && reached.read && reached.write && reached.group,
    checks: {
      mongodb: check(isStoreUp),
      indexes: check(opening.indexes),
      redis: check(isRedisUp?.()),
      kafka_read: check(health?.kafka === "up"),
      kafka_write: check(writes?.isUp()),
      group: check(health?.joined),
    },
    ...(opening.detail !== undefined && { details: { indexes: opening.detail } }),
  };
};
