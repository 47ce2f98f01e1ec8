import { Registry } from "prom-client";
import { createEventTopic } from "../../consumers/event-topic.ts";
import { createPublisher } from "../../consumers/publisher.ts";
import type { EventTopic } from "../../consumers/relay/event-publisher.ts";
import type { Presence } from "../../consumers/relay/notice-rules.ts";
import { openRelay } from "../../consumers/relay/open-relay.ts";
import type { Relay } from "../../consumers/relay/relay.ts";
import { createRelayMetrics } from "../../consumers/relay/relay-metrics.ts";
import type { RelayTiming } from "../../consumers/relay/term.ts";
import { type Chats, createChat } from "../../src/chat/create-chat.ts";
import type { Broadcast } from "../../src/chat/ports.ts";
import type { Store } from "../../src/store/open-store.ts";
import { type TestKafka, testLogger } from "./kafka.ts";
import { openTestStore } from "./open-test-store.ts";

const nothing = (): void => undefined;

/** Tells nobody. */
export const quietBroadcast: Broadcast = {
  messageReceived: nothing,
  messagesRead: nothing,
  messagesDelivered: nothing,
  typing: nothing,
  chatCreated: nothing,
  chatUpdated: nothing,
};

/** What people and the booking service do, on a store. */
export const chatOn = ({ log, cards }: Store): Chats =>
  createChat({ log, cards, broadcast: quietBroadcast, now: () => new Date(), onCardFailure: nothing });

export type TestRelay = AsyncDisposable &
  Pick<Relay, "stop"> & {
    /** A metric's value now; the labels as Prometheus writes them. */
    metric: (nameAndLabels: string) => Promise<number>;
  };

type Options = {
  kafka: TestKafka;
  topic: string;
  mongodbUri: string;
  delays?: { offlineMs: number; onlineMs: number };
  presenceOf?: (userId: string) => Promise<Presence | null>;
  timing?: Partial<RelayTiming>;
  /** Stands between the relay and Kafka. */
  through?: (topic: EventTopic) => EventTopic;
};

const late = { offlineMs: 30_000, onlineMs: 300_000 };

/** A relay alone, with a store and a publisher of its own, that takes over within a second. */
export const runRelay = async ({
  kafka,
  topic,
  mongodbUri,
  delays = late,
  presenceOf = async () => ({ online: false, lastSeenAt: null }),
  timing,
  through = (same) => same,
}: Options): Promise<TestRelay> => {
  const store = await openTestStore({ uri: mongodbUri });
  const publisher = await createPublisher({ kafka: kafka.address, logger: testLogger });
  const registry = new Registry();
  const relay = openRelay({
    store,
    topic: through(createEventTopic({ kafka: kafka.address, topic, publisher, logger: testLogger })),
    topicName: topic,
    mendCard: chatOn(store).mendCard,
    presenceOf,
    delays,
    metrics: createRelayMetrics(registry),
    logger: testLogger,
    timing: { leaseMs: 1_000, beatMs: 100, careMs: 100, ...timing },
  });
  relay.start();
  return {
    stop: relay.stop,
    metric: async (name) => {
      const line = (await registry.metrics()).split("\n").find((one) => one.startsWith(`${name} `));
      return line === undefined ? 0 : Number(line.slice(name.length + 1));
    },
    [Symbol.asyncDispose]: async () => {
      await relay.stop(5_000);
      await publisher.close();
      await store.close(1_000);
    },
  };
};
