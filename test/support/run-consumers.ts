import mongoose from "mongoose";
import { type Consumers, openConsumers } from "../../consumers/open-consumers.ts";
import type { SourceTiming } from "../../consumers/source/kafka-record-source.ts";
import type { Card } from "../../src/chat/cards/card.ts";
import type { Entry } from "../../src/chat/log/entry.ts";
import { openStore } from "../../src/store/open-store.ts";
import { ownConnection } from "./chat-client.ts";
import { type TestKafka, testLogger } from "./kafka.ts";
import { startLimit, uniqueName } from "./services.ts";
import { databaseUri, testConfig } from "./start-node.ts";

export type TestConsumers = Consumers &
  AsyncDisposable & {
    mongodbUri: string;
    /** A metric's value now; the labels as Prometheus writes them. */
    metric: (nameAndLabels: string) => Promise<number>;
    /** What ops hear: `livez`, `readyz`. */
    ops: (path: string) => Promise<{ status: number; body: { checks: Record<string, string> } }>;
  };

type Options = { mongodbUri?: string; env?: NodeJS.ProcessEnv; timing?: Partial<SourceTiming> };

/** The whole consumers, as `consumers/main.ts` opens them, on a test's topics and a database of its own. */
export const runConsumers = async (
  kafka: TestKafka,
  { mongodbUri = databaseUri(uniqueName("test")), env = {}, timing = {} }: Options = {},
): Promise<TestConsumers> => {
  const config = testConfig({
    MONGODB_URI: mongodbUri,
    KAFKA_BROKERS: kafka.address.brokers.join(","),
    KAFKA_GROUP_ID: kafka.groupId,
    BOOKING_TOPICS: `${kafka.topics.approved},${kafka.topics.cancelled}`,
    BOOKING_DLQ_TOPIC: kafka.topics.dlq,
    CHAT_EVENTS_TOPIC: kafka.topics.events,
    ...env,
  });
  const consumers = await openConsumers({
    config,
    logger: testLogger,
    signal: startLimit(),
    timing,
    onGiveUp: (error) => {
      throw error;
    },
  });
  const get = (path: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${consumers.opsPort}/${path}`, { headers: ownConnection });
  return {
    ...consumers,
    mongodbUri,
    metric: async (name) => {
      const line = (await (await get("metrics")).text()).split("\n").find((one) => one.startsWith(`${name} `));
      return line === undefined ? 0 : Number(line.slice(name.length + 1));
    },
    ops: async (path) => {
      const response = await get(path);
      return { status: response.status, body: (await response.json()) as { checks: Record<string, string> } };
    },
    [Symbol.asyncDispose]: async () => void (await consumers.stop(5_000)),
  };
};

export type TestLog = AsyncDisposable & {
  /** The chat of a booking, as its card and its log say; null where nobody heard of the booking. */
  chatOf: (bookingId: string) => Promise<{ card: Card; entries: Entry[] } | null>;
};

/** Looks at what stands in a database. */
export const openTestLog = async (mongodbUri: string): Promise<TestLog> => {
  const store = await openStore({ mongodbUri, logger: testLogger, signal: startLimit() });
  const client = await new mongoose.mongo.MongoClient(mongodbUri).connect();
  return {
    chatOf: async (bookingId) => {
      const document = await client.db().collection("chats").findOne({ bookingId });
      if (document === null) return null;
      // A copy of nothing is a read of the card as it stands now.
      const [card] = await store.cards.copy([{ chatId: document._id.toHexString() }]);
      if (card === undefined || card.lastSeq === 0) return null;
      return { card, entries: (await store.log.page(card.id, { limit: 200 })).entries };
    },
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await store.close(1_000);
    },
  };
};
