import { z } from "zod";
import type { TypeAlias } from "../chat/booking-type.ts";
import { parseSettings, refuseProblems } from "./parse-settings.ts";
import {
  databaseIn,
  isBroker,
  isHost,
  isHostPattern,
  isMongodbUri,
  isOrigin,
  isRedisPrefix,
  isRedisUrl,
  isTopic,
  listOf,
  port,
  text,
  whole,
  yesNo,
} from "./setting-values.ts";
import { typeAliases } from "./type-aliases.ts";
import { toUploads, type UploadsConfig, uploadProblems, uploadSettings } from "./uploads.ts";

const limit = whole(1_000_000);
const seconds = whole(999_999_999);
const topic = text("a Kafka topic's name", isTopic);
const secrets = listOf("a secret, or several separated by commas");
const transport = z.enum(["websocket", "polling"]);

const settingsSchema = z.object({
  NODE_ENV: z.enum(["development", "test", "production"], "development, test or production").default("development"),
  PORT: port.default(5002),
  HOST: text("an address or a host's name to listen on", isHost).default("0.0.0.0"),
  OPS_PORT: port.default(9464),
  LOG_LEVEL: z
    .enum(
      ["fatal", "error", "warn", "info", "debug", "trace", "silent"],
      "fatal, error, warn, info, debug, trace or silent",
    )
    .default("info"),
  MONGODB_URI: text(
    "an address that starts with mongodb:// or mongodb+srv:// and names a database of its own, as mongodb://HOST/lyvo-chat?replicaSet=rs0 does",
    isMongodbUri,
  ),
  REDIS_URL: text("an address that starts with redis:// or rediss://", isRedisUrl),
  REDIS_PREFIX: text("1 to 128 letters, digits and _ - . : / { }", isRedisPrefix).optional(),
  KAFKA_BROKERS: listOf("host:port, or several separated by commas", isBroker),
  KAFKA_CLIENT_ID: z.string().default("lyvo-chat"),
  KAFKA_GROUP_ID: z.string().default("lyvo-chat"),
  KAFKA_SSL: yesNo.default(false),
  KAFKA_SASL_MECHANISM: z
    .string()
    .toLowerCase()
    .pipe(z.enum(["plain", "scram-sha-256", "scram-sha-512"], "plain, scram-sha-256 or scram-sha-512"))
    .optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
  BOOKING_TOPICS: listOf("a Kafka topic's name, or several separated by commas", isTopic).default([
    "booking.approved",
    "booking.cancelled",
  ]),
  BOOKING_TYPE_ALIASES: typeAliases.default([]),
  BOOKING_DLQ_TOPIC: topic.default("booking.dlq"),
  CHAT_EVENTS_TOPIC: topic.default("chat.events"),
  JWT_SECRET: secrets,
  JWT_USER_ID_CLAIM: listOf("a claim's name, or several separated by commas").default(["sub", "userId", "id", "_id"]),
  JWT_ISSUER: z.string().optional(),
  JWT_AUDIENCE: z.string().optional(),
  INTERNAL_API_KEY: secrets,
  CORS_ORIGINS: listOf("origins such as https://www.example.com, separated by commas, or *", isOrigin),
  ATTACHMENT_HOSTS: listOf("hosts such as cdn.example.com or *.example.com, separated by commas", isHostPattern),
  ...uploadSettings,
  SOCKET_TRANSPORTS: listOf(
    "websocket, polling, or both separated by a comma",
    (item) => transport.safeParse(item).success,
  )
    .pipe(z.array(transport))
    .default(["websocket"]),
  UNREAD_NOTICE_OFFLINE_S: whole(86_400).default(30),
  UNREAD_NOTICE_ONLINE_S: whole(86_400).default(300),
  EDIT_WINDOW_S: seconds.default(900),
  DELETE_WINDOW_S: seconds.default(86_400),
  RETENTION_CLOSED_DAYS: whole(36_500).default(0),
  TRUSTED_PROXIES: whole(10).default(0),
  LIMIT_SENDS_PER_S: limit.default(5),
  LIMIT_SENDS_PER_MIN: limit.default(120),
  LIMIT_EVENTS_PER_S: limit.default(50),
  LIMIT_REQUESTS_PER_MIN: limit.default(600),
  LIMIT_CONNECTIONS_PER_USER: limit.default(20),
  LIMIT_HANDSHAKES_PER_MIN: limit.default(240),
  LIMIT_CONNECTIONS_PER_ADDRESS: limit.default(1_000),
});

type Settings = z.infer<typeof settingsSchema>;

/** The settings that a tool for one topic needs. */
const kafkaSettingsSchema = settingsSchema.pick({
  LOG_LEVEL: true,
  KAFKA_BROKERS: true,
  KAFKA_CLIENT_ID: true,
  KAFKA_GROUP_ID: true,
  KAFKA_SSL: true,
  KAFKA_SASL_MECHANISM: true,
  KAFKA_SASL_USERNAME: true,
  KAFKA_SASL_PASSWORD: true,
  BOOKING_TOPICS: true,
  BOOKING_DLQ_TOPIC: true,
});

type KafkaSettings = z.infer<typeof kafkaSettingsSchema>;

/** Every setting's name, for `.env.example` and its test. */
export const settingNames = Object.keys(settingsSchema.shape);

/** Outside production, required settings may be left out. */
const developmentDefaults: Record<string, string> = {
  JWT_SECRET: "development-jwt-secret",
  INTERNAL_API_KEY: "development-api-key",
  CORS_ORIGINS: "http://localhost:5003,http://127.0.0.1:5003",
  ATTACHMENT_HOSTS: "images.example.com",
  MONGODB_URI: "mongodb://127.0.0.1:27017/lyvo-chat?replicaSet=rs0",
  REDIS_URL: "redis://127.0.0.1:6379",
  KAFKA_BROKERS: "127.0.0.1:9092",
};

export type KafkaConfig = {
  brokers: string[];
  clientId: string;
  groupId: string;
  ssl: boolean;
  sasl: { mechanism: "plain" | "scram-sha-256" | "scram-sha-512"; username: string; password: string } | null;
};

/** Counts; 0 turns a limit off. */
export type Limits = {
  sendsPerS: number;
  sendsPerMin: number;
  eventsPerS: number;
  requestsPerMin: number;
  addressRequestsPerMin: number;
  connectionsPerUser: number;
  handshakesPerMin: number;
  connectionsPerAddress: number;
};

export type JwtConfig = {
  secrets: string[];
  userIdClaims: string[];
  issuer: string | undefined;
  audience: string | undefined;
};

export type Config = {
  nodeEnv: "development" | "test" | "production";
  port: number;
  host: string;
  opsPort: number;
  logLevel: string;
  mongodbUri: string;
  redisUrl: string;
  /** The prefix of all keys and channels in Redis. */
  redisPrefix: string;
  kafka: KafkaConfig;
  topics: { booking: string[]; bookingDlq: string; chatEvents: string };
  bookingTypeAliases: TypeAlias[];
  jwt: JwtConfig;
  internalApiKeys: string[];
  /** In development also a pattern: every origin on this machine. */
  corsOrigins: (string | RegExp)[];
  attachmentHosts: string[];
  /** Null: this installation takes no uploads. */
  uploads: UploadsConfig | null;
  socketTransports: ("websocket" | "polling")[];
  unreadNotice: { offlineS: number; onlineS: number };
  /** For so many seconds its sender may edit, or delete, a message; 0: never. */
  windows: { editS: number; deleteS: number };
  /** For so many days a closed chat keeps its messages; 0: for ever. */
  retentionClosedDays: number;
  /** How many proxies in front of us add to X-Forwarded-For; 0: an address is the connection's own. */
  trustedProxies: number;
  limits: Limits;
};

/** The settings that tools for Kafka need. */
export type KafkaToolConfig = {
  logLevel: string;
  kafka: KafkaConfig;
  bookingTopics: string[];
  bookingDlqTopic: string;
};

/** All of these settings are set, or none. */
const saslProblems = ({ KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD }: KafkaSettings): string[] => {
  const together = Object.entries({ KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD });
  const missing = together.filter(([, value]) => value === undefined);
  if (missing.length === together.length) return [];
  return missing.map(([name]) => `${name}: missing, expected together with the other KAFKA_SASL_ settings`);
};

/** A dead letter on a booking topic would be consumed and published again forever. */
const dlqProblems = ({ BOOKING_TOPICS, BOOKING_DLQ_TOPIC }: KafkaSettings): string[] =>
  BOOKING_TOPICS.includes(BOOKING_DLQ_TOPIC) ? ["BOOKING_DLQ_TOPIC: expected none of BOOKING_TOPICS"] : [];

const eventsProblems = ({ BOOKING_TOPICS, BOOKING_DLQ_TOPIC, CHAT_EVENTS_TOPIC }: Settings): string[] =>
  [...BOOKING_TOPICS, BOOKING_DLQ_TOPIC].includes(CHAT_EVENTS_TOPIC)
    ? ["CHAT_EVENTS_TOPIC: expected none of BOOKING_TOPICS and not BOOKING_DLQ_TOPIC"]
    : [];

/** Two servers of one process; 0 is a free port for each. */
const portProblems = ({ PORT, OPS_PORT }: Settings): string[] =>
  PORT === OPS_PORT && PORT !== 0 ? ["OPS_PORT: expected another port than PORT"] : [];

const toSasl = (settings: KafkaSettings): KafkaConfig["sasl"] => {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = settings;
  if (mechanism === undefined || username === undefined || password === undefined) return null;
  return { mechanism, username, password };
};

const toKafkaConfig = (settings: KafkaSettings): KafkaConfig => ({
  brokers: settings.KAFKA_BROKERS,
  clientId: settings.KAFKA_CLIENT_ID,
  groupId: settings.KAFKA_GROUP_ID,
  ssl: settings.KAFKA_SSL,
  sasl: toSasl(settings),
});

/** A page that is being developed: `http://localhost:5173`, on any port. */
const localOrigin = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/;

const toCorsOrigins = ({ NODE_ENV, CORS_ORIGINS }: Settings): Config["corsOrigins"] =>
  NODE_ENV === "development" ? [...CORS_ORIGINS, localOrigin] : CORS_ORIGINS;

const toConfig = (settings: Settings): Config => ({
  nodeEnv: settings.NODE_ENV,
  port: settings.PORT,
  host: settings.HOST,
  opsPort: settings.OPS_PORT,
  logLevel: settings.LOG_LEVEL,
  mongodbUri: settings.MONGODB_URI,
  redisUrl: settings.REDIS_URL,
  redisPrefix: settings.REDIS_PREFIX ?? `lyvo-chat:${databaseIn(settings.MONGODB_URI)}`,
  kafka: toKafkaConfig(settings),
  topics: {
    booking: settings.BOOKING_TOPICS,
    bookingDlq: settings.BOOKING_DLQ_TOPIC,
    chatEvents: settings.CHAT_EVENTS_TOPIC,
  },
  bookingTypeAliases: settings.BOOKING_TYPE_ALIASES,
  jwt: {
    secrets: settings.JWT_SECRET,
    userIdClaims: settings.JWT_USER_ID_CLAIM,
    issuer: settings.JWT_ISSUER,
    audience: settings.JWT_AUDIENCE,
  },
  internalApiKeys: settings.INTERNAL_API_KEY,
  corsOrigins: toCorsOrigins(settings),
  // In the form of a parsed address: lower case, and without the default port of https.
  attachmentHosts: settings.ATTACHMENT_HOSTS.map((host) => host.toLowerCase().replace(/:443$/, "")),
  uploads: toUploads(settings),
  socketTransports: settings.SOCKET_TRANSPORTS,
  unreadNotice: { offlineS: settings.UNREAD_NOTICE_OFFLINE_S, onlineS: settings.UNREAD_NOTICE_ONLINE_S },
  retentionClosedDays: settings.RETENTION_CLOSED_DAYS,
  windows: { editS: settings.EDIT_WINDOW_S, deleteS: settings.DELETE_WINDOW_S },
  trustedProxies: settings.TRUSTED_PROXIES,
  limits: {
    sendsPerS: settings.LIMIT_SENDS_PER_S,
    sendsPerMin: settings.LIMIT_SENDS_PER_MIN,
    eventsPerS: settings.LIMIT_EVENTS_PER_S,
    requestsPerMin: settings.LIMIT_REQUESTS_PER_MIN,
    addressRequestsPerMin: Math.ceil(settings.LIMIT_REQUESTS_PER_MIN / 5),
    connectionsPerUser: settings.LIMIT_CONNECTIONS_PER_USER,
    handshakesPerMin: settings.LIMIT_HANDSHAKES_PER_MIN,
    connectionsPerAddress: settings.LIMIT_CONNECTIONS_PER_ADDRESS,
  },
});

const parse = <S extends z.ZodObject>(schema: S, env: NodeJS.ProcessEnv): z.infer<S> =>
  parseSettings(schema, env, env["NODE_ENV"] === "production" ? {} : developmentDefaults);

/**
 * The environment as settings; the only place with variable names. In production, secrets and addresses have no
 * default.
 * @throws ConfigError naming every missing or wrong setting, never its value
 */
export const readConfig = (env: NodeJS.ProcessEnv): Config => {
  const settings = parse(settingsSchema, env);
  refuseProblems([
    ...saslProblems(settings),
    ...dlqProblems(settings),
    ...eventsProblems(settings),
    ...portProblems(settings),
    ...uploadProblems(settings),
  ]);
  return toConfig(settings);
};

/**
 * Only Kafka's settings, for tools that need no others: their Job gets no secret that it does not use.
 * @throws ConfigError as `readConfig`
 */
export const readKafkaConfig = (env: NodeJS.ProcessEnv): KafkaToolConfig => {
  const settings = parse(kafkaSettingsSchema, env);
  refuseProblems([...saslProblems(settings), ...dlqProblems(settings)]);
  return {
    logLevel: settings.LOG_LEVEL,
    kafka: toKafkaConfig(settings),
    bookingTopics: settings.BOOKING_TOPICS,
    bookingDlqTopic: settings.BOOKING_DLQ_TOPIC,
  };
};
