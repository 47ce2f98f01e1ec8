import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProvideOptions } from "../../local/services/provide-services.ts";

export interface TestServices {
  /** With a database that no other test file uses. */
  mongodbUri: string;
  redisUrl: string;
  kafkaBrokers: string[];
  /** For CHAT_EVENTS_TOPIC and the like; not created yet: `createTopics` of consumers/kafka/create-topics.ts does that. */
  topics: { booking: string[]; bookingDlq: string; chatEvents: string };
  /** For KAFKA_GROUP_ID. */
  groupId: string;
}

/** The real services this run of the tests has, with names in them that are one test file's own. */
export function testServices(env: NodeJS.ProcessEnv = process.env): TestServices {
  const uri = new URL(address(env, "MONGODB_URI"));
  uri.pathname = `/${uniqueName("test")}`;
  return {
    mongodbUri: uri.href,
    redisUrl: address(env, "REDIS_URL"),
    kafkaBrokers: address(env, "KAFKA_BROKERS").split(","),
    topics: {
      booking: [uniqueName("booking.approved"), uniqueName("booking.cancelled")],
      bookingDlq: uniqueName("booking.dlq"),
      chatEvents: uniqueName("chat.events"),
    },
    groupId: uniqueName("group"),
  };
}

/** Ends a start that would never succeed; a busy machine does not reach it. */
export const startLimit = (): AbortSignal => AbortSignal.timeout(900_000);

/** The prefix and something that was not there before. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(6).toString("hex")}`;
}

/**
 * For a service that a test may kill, since nobody else uses it:
 * `await using redis = await provideRedis(ownServiceOptions()); await redis.stop("SIGKILL"); await redis.start();`
 */
export function ownServiceOptions(overrides: Partial<ProvideOptions> = {}): ProvideOptions {
  const { MONGODB_URI: _, REDIS_URL: __, KAFKA_BROKERS: ___, S3_ENDPOINT: ____, ...env } = process.env;
  const folder = mkdtempSync(join(tmpdir(), "lyvo-chat-own-"));
  return { env, folder, keep: false, signal: startLimit(), report: () => {}, ...overrides };
}

function address(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is not set: start the tests with npm test, which provides the services.`);
  return value;
}
