import jwt from "jsonwebtoken";
import { type ChatNode, openChatNode } from "../../src/chat-node.ts";
import { type Config, readConfig } from "../../src/config/config.ts";
import { createLogger } from "../../src/process/logger.ts";
import { startLimit, uniqueName } from "./services.ts";

export const apiKey = "test-internal-api-key";
export const jwtSecret = "test-jwt-secret-of-the-main-backend";

const noLimits = {
  LIMIT_SENDS_PER_S: "0",
  LIMIT_SENDS_PER_MIN: "0",
  LIMIT_EVENTS_PER_S: "0",
  LIMIT_REQUESTS_PER_MIN: "0",
  LIMIT_CONNECTIONS_PER_USER: "0",
  LIMIT_HANDSHAKES_PER_MIN: "0",
  LIMIT_CONNECTIONS_PER_ADDRESS: "0",
};

/** The address of the test database with a name of its own in it. */
export const databaseUri = (name: string, uri = process.env["MONGODB_URI"] ?? ""): string => {
  const url = new URL(uri);
  url.pathname = `/${name}`;
  return url.href;
};

/** Settings for a test: the given services, an own database, free ports, no limits. */
export const testSettings = (overrides: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  NODE_ENV: "test",
  HOST: "127.0.0.1",
  PORT: "0",
  OPS_PORT: "0",
  LOG_LEVEL: process.env["TEST_LOG_LEVEL"] ?? "silent",
  MONGODB_URI: databaseUri(uniqueName("test")),
  REDIS_URL: process.env["REDIS_URL"],
  KAFKA_BROKERS: process.env["KAFKA_BROKERS"],
  JWT_SECRET: jwtSecret,
  INTERNAL_API_KEY: apiKey,
  CORS_ORIGINS: "https://www.lyvo.example",
  ATTACHMENT_HOSTS: "images.example.com",
  ...noLimits,
  ...overrides,
});

export const testConfig = (overrides: NodeJS.ProcessEnv = {}): Config => readConfig(testSettings(overrides));

export type TestNode = ChatNode & {
  url: string;
  opsUrl: string;
  config: Config;
  [Symbol.asyncDispose]: () => Promise<void>;
};

/** A whole chat node in this process, on the real services. */
export const startNode = async (overrides: NodeJS.ProcessEnv = {}): Promise<TestNode> => {
  const config = testConfig(overrides);
  const logger = createLogger({ level: config.logLevel, process: "test-node" });
  const node = await openChatNode({ config, logger, signal: startLimit() });
  return {
    ...node,
    config,
    url: `http://127.0.0.1:${node.port}`,
    opsUrl: `http://127.0.0.1:${node.opsPort}`,
    [Symbol.asyncDispose]: () => node.stop(2_000),
  };
};

export type TwoNodes = { one: TestNode; other: TestNode; [Symbol.asyncDispose]: () => Promise<void> };

/** Two chat nodes on the same services and the same database. */
export const startTwoNodes = async (overrides: NodeJS.ProcessEnv = {}): Promise<TwoNodes> => {
  await using starting = new AsyncDisposableStack();
  const one = starting.use(await startNode(overrides));
  const other = starting.use(await startNode({ ...overrides, MONGODB_URI: one.config.mongodbUri }));
  const started = starting.move();
  return { one, other, [Symbol.asyncDispose]: () => started.disposeAsync() };
};

/** Claims beside `expiresInS`. */
type TokenOptions = { expiresInS?: number; iat?: number; exp?: number; sub?: string | number } & object;

/** A token of the main backend for a user; good for an hour unless told. */
export const tokenFor = (userId: string, { expiresInS = 3_600, ...claims }: TokenOptions = {}): string =>
  jwt.sign({ sub: userId, exp: Math.floor(Date.now() / 1_000) + expiresInS, ...claims }, jwtSecret);
