import { Kafka, logLevel } from "kafkajs";
import type { KafkaConfig } from "../../src/config/config.ts";
import type { Logger } from "../../src/process/logger.ts";
import { firstAnswering } from "../../src/process/reachable.ts";
import { registerCodecs } from "./compression.ts";
import { guardFetches } from "./fetch-guard.ts";
import { guardIdleConnections } from "./idle-guard.ts";

/** Kafka's addresses and our credentials. */
export type KafkaAddress = Pick<KafkaConfig, "brokers" | "clientId" | "ssl" | "sasl">;

/** Fast at first, then at most a second apart: a moved leader is found within a second. */
export const kafkaRetry = { initialRetryTime: 100, retries: 8, maxRetryTime: 1_000 };

/** For a request that its caller repeats anyway. */
export const shortRetry = { initialRetryTime: 100, retries: 1, maxRetryTime: 100 };

// kafkajs retries most of the errors that it logs, many times while a broker is away. Its callers log the final errors.
const levels = {
  [logLevel.NOTHING]: "trace",
  [logLevel.ERROR]: "debug",
  [logLevel.WARN]: "debug",
  [logLevel.INFO]: "trace",
  [logLevel.DEBUG]: "trace",
} as const;

type LogEntry = { namespace: string; level: logLevel; log: { message: string; error?: unknown } };

const errorText = (error: unknown): string | undefined => {
  if (error instanceof Error) return error.message;
  return typeof error === "string" ? error : undefined;
};

const logTo =
  (logger: Logger) =>
  ({ namespace, level, log: { message, error } }: LogEntry): void =>
    logger[levels[level]]({ from: namespace, told: message, error: errorText(error) }, "kafkajs");

/** How long kafkajs waits for one answer. A limit around several answers must be longer. */
const requestLimitMs = 10_000;
const probeRequestLimitMs = 3_000;
/** For a whole probe: finding a broker, connecting, logging in, and an answer or two. */
export const probeLimitMs = 12_000;

type Parts = { kafka: KafkaAddress; logger: Logger };
type Patience = { retry: typeof kafkaRetry; requestTimeout: number; authenticationTimeout: number };

/** The client from which every producer, consumer and admin of this process is made. Does not connect by itself. */
export const createKafkaClient = (parts: Parts): Kafka =>
  create(parts, { retry: kafkaRetry, requestTimeout: requestLimitMs, authenticationTimeout: requestLimitMs });

/** A client with short limits, for requests that its caller repeats anyway. */
export const createProbeClient = (parts: Parts): Kafka =>
  create(parts, {
    retry: shortRetry,
    requestTimeout: probeRequestLimitMs,
    authenticationTimeout: probeRequestLimitMs,
  });

/**
 * The brokers to connect to. kafkajs tries one broker after the other and waits ten seconds for one that accepts
 * connections and never answers, which is longer than its callers wait. So it gets one that answers.
 */
const seeds = async (kafka: KafkaAddress): Promise<string[]> => {
  if (kafka.brokers.length === 1) return kafka.brokers;
  const first = await firstAnswering(kafka);
  return first === null ? kafka.brokers : [first];
};

const create = ({ kafka, logger }: Parts, patience: Patience): Kafka => {
  registerCodecs();
  guardFetches();
  guardIdleConnections();
  return new Kafka({
    brokers: () => seeds(kafka),
    clientId: kafka.clientId,
    ssl: kafka.ssl,
    ...(kafka.sasl && { sasl: saslOptions(kafka.sasl) }),
    connectionTimeout: 3_000,
    ...patience,
    logLevel: logger.isLevelEnabled("debug") ? logLevel.INFO : logLevel.NOTHING,
    logCreator: () => logTo(logger),
  });
};

// kafkajs has one type per mechanism; ours has one type for all three.
const saslOptions = ({ mechanism, username, password }: NonNullable<KafkaAddress["sasl"]>) => {
  if (mechanism === "plain") return { mechanism, username, password } as const;
  if (mechanism === "scram-sha-256") return { mechanism, username, password } as const;
  return { mechanism, username, password } as const;
};
