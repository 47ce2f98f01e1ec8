import { randomBytes } from "node:crypto";

export interface TestServices {
  /** With a database that no other test file uses. */
  mongodbUri: string;
  redisUrl: string;
  kafkaBrokers: string[];
  /** For CHAT_EVENTS_TOPIC and the like; not created yet: `createTopics` of consumers/create-topics.ts does that. */
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

/** The prefix and something that was not there before. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(6).toString("hex")}`;
}

function address(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is not set: start the tests with npm test, which provides the services.`);
  return value;
}
