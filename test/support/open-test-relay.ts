import { Registry } from "prom-client";
import { createEventTopic } from "../../consumers/kafka/event-topic.ts";
import type { KafkaAddress } from "../../consumers/kafka/kafka-client.ts";
import { createPublisher } from "../../consumers/kafka/publisher.ts";
import type { EventTopic } from "../../consumers/relay/event-publisher.ts";
import type { OnlineState } from "../../consumers/relay/notice-rules.ts";
import { openRelay } from "../../consumers/relay/open-relay.ts";
import { createRelayMetrics } from "../../consumers/relay/relay-metrics.ts";
import type { RelayTiming } from "../../consumers/relay/timing.ts";
import type { ChangeWindows } from "../../src/chat/acts/change-message.ts";
import { type Acts, createActs } from "../../src/chat/acts/create-acts.ts";
import type { Broadcast } from "../../src/chat/ports.ts";
import type { Logger } from "../../src/process/logger.ts";
import { openStore, type Store } from "../../src/store/open-store.ts";
import { startLimit } from "./services.ts";

const nothing = (): void => undefined;

/** Tells nobody. */
const quietBroadcast: Broadcast = {
  messageReceived: nothing,
  messageChanged: nothing,
  messagesRead: nothing,
  messagesDelivered: nothing,
  typingEnded: nothing,
  chatCreated: nothing,
  chatUpdated: nothing,
};

/** What people and the booking service do, on a store. */
export const chatOn = (
  { log, cards, reports, userData }: Pick<Store, "log" | "cards" | "reports" | "userData">,
  { windows }: { windows?: ChangeWindows } = {},
): Acts =>
  createActs({
    log,
    cards,
    reports,
    userData,
    broadcast: quietBroadcast,
    now: () => new Date(),
    windows,
    onCardFailure: nothing,
  });

export type RelayOptions = {
  topic: string;
  mongodbUri: string;
  delays?: { offlineMs: number; onlineMs: number };
  presenceOf?: (userId: string) => Promise<OnlineState | null>;
  timing?: Partial<RelayTiming>;
  /** Stands between the relay and Kafka. */
  through?: (topic: EventTopic) => EventTopic;
};

const late = { offlineMs: 30_000, onlineMs: 300_000 };

/** A relay alone, with a store and a publisher of its own, that takes over within a second. */
export const openTestRelay = async ({
  kafka,
  logger,
  topic,
  mongodbUri,
  delays = late,
  presenceOf = async () => ({ online: false, lastSeenAt: null }),
  timing,
  through = (same) => same,
}: RelayOptions & { kafka: KafkaAddress; logger: Logger }) => {
  const store = await openStore({ mongodbUri, logger, signal: startLimit() });
  const publisher = await createPublisher({ kafka, logger });
  const registry = new Registry();
  const relay = openRelay({
    store,
    topic: through(createEventTopic({ kafka, topic, publisher, logger })),
    topicName: topic,
    mendCard: chatOn(store).mendCard,
    presenceOf,
    delays,
    metrics: createRelayMetrics(registry),
    logger,
    timing: { leaseMs: 1_000, beatMs: 100, careMs: 100, ...timing },
  });
  relay.start();
  return {
    stop: relay.stop,
    metrics: () => registry.metrics(),
    [Symbol.asyncDispose]: async () => {
      await relay.stop(5_000);
      await publisher.close();
      await store.close(1_000);
    },
  };
};
