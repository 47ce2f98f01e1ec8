import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTopics } from "../../consumers/kafka/create-topics.ts";
import { openRun } from "../../local/services/runs/run.ts";
import { startStack } from "../../local/stack.ts";
import { startLimit, testServices } from "../support/services.ts";
import { storeSettings } from "../support/uploads.ts";

export interface DemoStack extends AsyncDisposable {
  pageUrl: string;
  /** The database of its nodes. */
  mongodbUri: string;
  /** Every line that the processes wrote. */
  lines: readonly string[];
}

/** What the stack's nodes take tokens by. */
export const jwtSecret = "secret-of-the-page-tests";

/** The host that pictures of these tests come from. */
export const pictureHost = "images.example.com";

/**
 * What `npm start` brings up, on the services of this run: consumers, two chat nodes and the page, as processes of their
 * own, with a database, topics and a group that nobody else has. The owner talks over the first node, the seeker over
 * the second.
 */
export async function startDemoStack(): Promise<DemoStack> {
  const { mongodbUri, redisUrl, kafkaBrokers, topics, groupId } = testServices();
  const folder = await mkdtemp(join(tmpdir(), "lyvo-chat-page-"));
  await createTopics({
    brokers: kafkaBrokers,
    topics: [...topics.booking, topics.bookingDlq, topics.chatEvents],
    partitions: 2,
  });
  const lines: string[] = [];
  const run = await openRun(folder, (line) => lines.push(line));
  const stack = await startStack({
    env: {
      KAFKA_GROUP_ID: groupId,
      BOOKING_TOPICS: topics.booking.join(","),
      BOOKING_DLQ_TOPIC: topics.bookingDlq,
      CHAT_EVENTS_TOPIC: topics.chatEvents,
      ATTACHMENT_HOSTS: pictureHost,
      JWT_SECRET: jwtSecret,
    },
    folder,
    services: {
      run,
      settings: {
        MONGODB_URI: mongodbUri,
        REDIS_URL: redisUrl,
        KAFKA_BROKERS: kafkaBrokers.join(","),
        ...storeSettings(),
      },
    },
    nodeCount: 2,
    anyPorts: true,
    signal: startLimit(),
    report: (line) => lines.push(line),
  });
  return {
    pageUrl: stack.pageUrl,
    mongodbUri,
    lines,
    async [Symbol.asyncDispose]() {
      await stack.close();
      await run.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
