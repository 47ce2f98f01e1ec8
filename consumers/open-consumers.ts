import { type Acts, createActs } from "../src/chat/acts/create-acts.ts";
import { createSweepUpload } from "../src/chat/acts/uploads/sweep-upload.ts";
import { createBookingTypes } from "../src/chat/booking-type.ts";
import type { Config } from "../src/config/config.ts";
import { createFileStore } from "../src/files/file-store.ts";
import type { Logger } from "../src/process/logger.ts";
import { createOpsServer } from "../src/process/ops-server.ts";
import { createOutsideBroadcast } from "../src/socket/fan-out/outside-broadcast.ts";
import { createOutsidePresence } from "../src/socket/presence/outside-presence.ts";
import { openStore, type Store } from "../src/store/open-store.ts";
import type { Background } from "./background.ts";
import { createBookingConsumer } from "./booking/booking-consumer.ts";
import { createDeadLetters } from "./booking/dead-letter.ts";
import { createDeadLetterGroups } from "./booking/dead-letter-groups.ts";
import { createDecode } from "./booking/decode.ts";
import { createConsumerMetrics } from "./consumer-metrics.ts";
import { createEventTopic } from "./kafka/event-topic.ts";
import { createProbeClient } from "./kafka/kafka-client.ts";
import { createPublisher, type Publisher } from "./kafka/publisher.ts";
import { createWriteProbe } from "./kafka/write-probe.ts";
import { createReadiness } from "./readiness.ts";
import type { OnlineState } from "./relay/notice-rules.ts";
import { openRelay } from "./relay/open-relay.ts";
import type { Relay } from "./relay/relay.ts";
import { createRecordSource, type SourceTiming } from "./source/kafka-record-source.ts";
import type { RecordSource } from "./source/record-source.ts";
import { createTopicSpread } from "./source/topic-spread.ts";
import { createUploadSweeper } from "./uploads/upload-sweeper.ts";
import { openUserData } from "./user-data/open-user-data.ts";

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
    | "uploads"
    | "retentionClosedDays"
  >;
  logger: Logger;
  /** Ends the wait for a database that is away at the start. */
  signal: AbortSignal;
  /** Nothing moves any more although Kafka answers: the process should end, and a new one begin. */
  onGiveUp: (error: unknown) => void;
  /** Shorter times, for tests only. */
  timing?: Partial<SourceTiming>;
};

/**
 * The consumers, from top to bottom. Resolves when the database is there and consuming has begun; Kafka is waited for
 * after that.
 * @throws the signal's reason when it is aborted before that
 */
export const openConsumers = async (options: Options): Promise<Consumers> => {
  const { config, logger, signal } = options;
  const { kafka, topics } = config;
  const metrics = createConsumerMetrics(topics.booking);
  const readiness = createReadiness();
  const ops = await createOpsServer({
    host: config.host,
    port: config.opsPort,
    livez: readiness.livez,
    readyz: readiness.readyz,
    registry: metrics.registry,
  });
  const store = await openStore({ mongodbUri: config.mongodbUri, logger, signal, onProgress: readiness.onOpening });
  const redis = await openRedis(options);
  const publisher = await createPublisher({ kafka, logger });
  // Chat events have a publisher of their own: one that failed starts anew, and neither way shall wait for the other's.
  const eventPublisher = await createPublisher({ kafka, logger });
  const acts = createActs({
    log: store.log,
    cards: store.cards,
    reports: store.reports,
    userData: store.userData,
    broadcast: redis.broadcast,
    now: () => new Date(),
    onCardFailure: (error) => logger.warn({ err: error }, "cards were not written, trying again"),
  });
  const source = openSource(options, { acts, publisher, metrics });
  const relay = openEventRelay(options, {
    store,
    acts,
    presenceOf: redis.presenceOf,
    publisher: eventPublisher,
    metrics,
  });
  const userData = openUserDataWork(options, { store, acts, metrics });
  const writes = createWriteProbe({
    kafka,
    topics: [topics.bookingDlq, topics.chatEvents],
    logger,
    onReached: metrics.wrote,
  });
  const sweeper = openSweeper(options, { store, metrics });
  readiness.onOpened({ store, source, writes, isRedisUp: redis.isUp });
  metrics.watch({ mongodb: store.isUp, redis: redis.isUp, kafka: () => source.health().kafka === "up" });
  for (const part of [source, writes, relay, sweeper, userData]) part?.start();
  logger.info({ opsPort: ops.port, topics: topics.booking }, "the consumers run");

  const stopAll = async (deadlineMs: number): Promise<boolean> => {
    const ended = await Promise.all([source, relay, userData].map((one) => one.stop(deadlineMs * 0.6)));
    await Promise.all([writes.stop(), sweeper?.stop(deadlineMs * 0.1)]);
    await acts.drain(deadlineMs * 0.1);
    await Promise.all([publisher.close(), eventPublisher.close(), store.close(deadlineMs * 0.1)]);
    await redis.close();
    await ops.close();
    return !ended.includes(false);
  };
  let stopping: Promise<boolean> | undefined;
  return { opsPort: ops.port, stop: (deadlineMs) => (stopping ??= stopAll(deadlineMs)) };
};

/** Redis for a process without sockets: sends broadcasts to the nodes, and looks up presence. */
const openRedis = async ({ config, logger }: Options) => {
  const place = { url: config.redisUrl, prefix: config.redisPrefix };
  const [outside, presence] = await Promise.all([
    createOutsideBroadcast({ place, logger }),
    createOutsidePresence({ place, logger }),
  ]);
  return {
    broadcast: outside.broadcast,
    presenceOf: presence.of,
    isUp: () => outside.isUp() && presence.isUp(),
    close: async (): Promise<void> => {
      await outside.close();
      presence.close();
    },
  };
};

/** Erasures and retention. */
const openUserDataWork = (
  { config, logger }: Options,
  { store, acts, metrics }: { store: Store; acts: Acts; metrics: Metrics },
) =>
  openUserData({
    store: store.userData,
    acts: acts.userData,
    retentionClosedDays: config.retentionClosedDays,
    now: () => new Date(),
    metrics: metrics.userData,
    logger,
  });

type Metrics = ReturnType<typeof createConsumerMetrics>;

/** The way in: records of the booking topics, as events, to the act that applies them. */
const openSource = (
  { config, logger, onGiveUp, timing = {} }: Options,
  { acts, publisher, metrics }: { acts: Acts; publisher: Publisher; metrics: Metrics },
): RecordSource => {
  const { kafka, topics } = config;
  const topic = topics.bookingDlq;
  const deadLetters = createDeadLetterGroups({
    single: createDeadLetters({ publisher, topic }),
    publisher,
    topic,
    spread: createTopicSpread(createProbeClient({ kafka, logger }), topic),
  });
  const plan = createBookingConsumer({
    decode: createDecode({ meaningOf: createBookingTypes(config.bookingTypeAliases), now: () => new Date() }),
    applyBookingEvent: acts.applyBookingEvent,
    deadLetters,
    metrics: metrics.booking,
    logger,
  });
  return createRecordSource({
    kafka,
    groupId: kafka.groupId,
    topics: topics.booking,
    plan,
    logger,
    metrics: metrics.source,
    onGiveUp,
    timing,
  });
};

/** The sweep of uploaded files; null where nobody can upload. */
const openSweeper = (
  { config: { uploads: config }, logger }: Options,
  { store: { uploads, log }, metrics }: { store: Store; metrics: Metrics },
): Background | null => {
  if (config === null) return null;
  const now = (): Date => new Date();
  const store = createFileStore({ store: config.store, logger, now });
  metrics.watch({ files: () => store.isUp() });
  if (config.needsScan) metrics.uploads.watchScans(() => uploads.waitingScans());
  const sweep = createSweepUpload({ uploads, store, log, now });
  return createUploadSweeper({ uploads, store, sweep, onSwept: metrics.uploads.swept, logger });
};

type RelayParts = {
  store: Store;
  acts: Acts;
  presenceOf: (userId: string) => Promise<OnlineState | null>;
  publisher: Publisher;
  metrics: Metrics;
};

/** The way out: the log's changes, as events, to the topic of chat events. */
const openEventRelay = (
  { config, logger }: Options,
  { store, acts, presenceOf, publisher, metrics }: RelayParts,
): Relay => {
  const { kafka, topics, unreadNotice } = config;
  return openRelay({
    store,
    topic: createEventTopic({ kafka, topic: topics.chatEvents, publisher, logger }),
    topicName: topics.chatEvents,
    mendCard: acts.mendCard,
    presenceOf,
    delays: { offlineMs: unreadNotice.offlineS * 1_000, onlineMs: unreadNotice.onlineS * 1_000 },
    metrics: metrics.relay,
    logger,
  });
};
