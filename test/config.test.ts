import { describe, expect, test } from "@jest/globals";
import { readConfig } from "../src/config/config.ts";
import { ConfigError } from "../src/config/parse-settings.ts";

const given = {
  NODE_ENV: "production",
  MONGODB_URI: "mongodb://db.example/chat",
  REDIS_URL: "rediss://redis.example",
  KAFKA_BROKERS: "kafka-1.example:9092, [::1]:9092",
  JWT_SECRET: "new-secret,old-secret",
  INTERNAL_API_KEY: "key",
  CORS_ORIGINS: "https://www.lyvo.example,https://app.lyvo.example:8443",
  ATTACHMENT_HOSTS: "images.example.com,*.CDN.example",
};
const problemsOf = (env: NodeJS.ProcessEnv): string => {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
  }
  return "";
};

describe("the settings", () => {
  test.each(Object.keys(given).filter((name) => name !== "NODE_ENV"))("need %s in production, and name it", (name) => {
    const expected = new RegExp(`^Settings are missing or wrong:\\n  ${name}: missing, expected .+$`);
    expect(problemsOf({ ...given, [name]: undefined })).toMatch(expected);
    expect(problemsOf({ ...given, [name]: "" })).toMatch(expected);
  });

  test("say the same of one that is missing and of one that is wrong", () => {
    const expected = "expected an address that starts with redis:// or rediss://";
    expect(problemsOf({ ...given, REDIS_URL: undefined })).toContain(`  REDIS_URL: missing, ${expected}`);
    expect(problemsOf({ ...given, REDIS_URL: "redis.example" })).toContain(`  REDIS_URL: ${expected}`);
  });

  test.each([
    ["PORT", "http"],
    ["PORT", "70000"],
    ["PORT", "0x10"],
    ["OPS_PORT", "-1"],
    ["OPS_PORT", "5002"],
    ["HOST", "not a host"],
    ["HOST", "256.1.1.1"],
    ["MONGODB_URI", "db.example:27017"],
    ["MONGODB_URI", "mongodb://"],
    ["MONGODB_URI", "mongodb://db.example:99999/chat"],
    ["MONGODB_URI", "mongodb://user:100%@db.example/chat"],
    ["REDIS_PREFIX", "with space"],
    ["REDIS_PREFIX", "chat#/#"],
    ["MONGODB_URI", "mongodb+srv://one.example,two.example/chat"],
    ["MONGODB_URI", "mongodb://db.example"],
    ["MONGODB_URI", "mongodb://db.example/"],
    ["MONGODB_URI", "mongodb://localhost?replicaSet=rs0"],
    ["MONGODB_URI", "mongodb://db.example/?replicaSet=rs0"],
    ["MONGODB_URI", "mongodb+srv://user:pass@cluster.example/?retryWrites=true&w=majority"],
    ["MONGODB_URI", "mongodb://db.example/local"],
    ["MONGODB_URI", "mongodb://db.example/Admin?replicaSet=rs0"],
    ["MONGODB_URI", "mongodb://db.example/a%2Fb"],
    ["MONGODB_URI", "mongodb://db.example/a.b"],
    ["MONGODB_URI", "mongodb://db.example/%zz"],
    ["MONGODB_URI", `mongodb://db.example/${"a".repeat(64)}`],
    ["MONGODB_URI", "mongodb://db.example/chat#x"],
    ["REDIS_URL", "redis.example"],
    ["REDIS_URL", "redis://"],
    ["REDIS_URL", "redis://redis.example:port"],
    ["KAFKA_BROKERS", "kafka"],
    ["KAFKA_BROKERS", "kafka:99999"],
    ["KAFKA_SSL", "maybe"],
    ["KAFKA_SASL_MECHANISM", "magic"],
    ["NODE_ENV", "staging"],
    ["LOG_LEVEL", "loud"],
    ["LIMIT_SENDS_PER_S", "1.5"],
    ["LIMIT_SENDS_PER_S", "\t"],
    ["LIMIT_SENDS_PER_S", "1e3"],
    ["LIMIT_REQUESTS_PER_MIN", "99999999"],
    ["UNREAD_NOTICE_OFFLINE_S", "soon"],
    ["EDIT_WINDOW_S", "15m"],
    ["EDIT_WINDOW_S", "1.5"],
    ["DELETE_WINDOW_S", "-1"],
    ["SOCKET_TRANSPORTS", "pigeon"],
    ["CORS_ORIGINS", "www.lyvo.example"],
    ["CORS_ORIGINS", "https://*.lyvo.example"],
    ["ATTACHMENT_HOSTS", "https://images.example.com"],
    ["ATTACHMENT_HOSTS", "images.example.com,*"],
    ["JWT_USER_ID_CLAIM", ","],
    ["BOOKING_DLQ_TOPIC", ".."],
    ["BOOKING_DLQ_TOPIC", "booking.approved"],
    ["CHAT_EVENTS_TOPIC", "booking.cancelled"],
    ["BOOKING_TOPICS", "a topic"],
    ["BOOKING_TYPE_ALIASES", "booking.confirmed"],
    ["BOOKING_TYPE_ALIASES", "booking.confirmed=perhaps"],
    ["BOOKING_TYPE_ALIASES", "=approved"],
    ["BOOKING_TYPE_ALIASES", "Event.v1=approved"],
    ["BOOKING_TYPE_ALIASES", "booking.approved=cancelled"],
    ["BOOKING_TYPE_ALIASES", "Approved=ignored"],
    ["BOOKING_TYPE_ALIASES", "booking.moved=approved,BookingMovedEvent=cancelled"],
    ["JWT_SECRET", " , "],
    ["ATTACHMENT_MAX_BYTES", "0"],
    ["ATTACHMENT_MAX_BYTES", "25 MB"],
    ["ATTACHMENT_SCAN", "yes"],
    ["S3_ENDPOINT", "s3.example.com"],
    ["S3_ENDPOINT", "https://user:pass@s3.example.com"],
    ["S3_PUBLIC_ENDPOINT", "https://files.example.com/?a=b"],
    ["S3_BUCKET", "Lyvo Chat"],
    ["S3_REGION", "eu west"],
    ["S3_FORCE_PATH_STYLE", "perhaps"],
  ])("with %s=%s say what is expected, and repeat no value", (name, value) => {
    const problems = problemsOf({ ...given, [name]: value });
    expect(problems).toMatch(new RegExp(`^Settings are missing or wrong:\\n  ${name}: expected .+$`));
    expect(problems.split("expected")[0]).not.toContain(value);
  });

  test("are all told at once", () => {
    expect(problemsOf({ NODE_ENV: "production", PORT: "x" }).split("\n")).toHaveLength(9);
  });

  test("that do not go together are told at once as well", () => {
    const together = { KAFKA_SASL_USERNAME: "u", BOOKING_DLQ_TOPIC: "booking.approved", OPS_PORT: "5002" };
    expect(problemsOf({ ...given, ...together }).match(/[A-Z_]+(?=: )/g)).toEqual([
      "KAFKA_SASL_MECHANISM",
      "KAFKA_SASL_PASSWORD",
      "BOOKING_DLQ_TOPIC",
      "OPS_PORT",
    ]);
  });

  test("give further names to the types of booking events", () => {
    const aliases = "booking.confirmed=approved, BookingCancelledEvent=canceled,booking.approval.requested = IGNORED";
    expect(readConfig({ ...given, BOOKING_TYPE_ALIASES: aliases }).bookingTypeAliases).toEqual([
      { name: "booking.confirmed", means: "approved" },
      { name: "BookingCancelledEvent", means: "cancelled" },
      { name: "booking.approval.requested", means: "ignored" },
    ]);
  });

  test("with SASL need its user and password, and those its mechanism", () => {
    const missing = problemsOf({ ...given, KAFKA_SASL_MECHANISM: "PLAIN", KAFKA_SASL_USERNAME: "u" });
    expect(missing).toMatch(/^Settings are missing or wrong:\n {2}KAFKA_SASL_PASSWORD: missing, expected .+$/);
    expect(problemsOf({ ...given, KAFKA_SASL_USERNAME: "u" })).toContain("KAFKA_SASL_MECHANISM: missing");
    const complete = { KAFKA_SASL_MECHANISM: "SCRAM-SHA-512", KAFKA_SASL_USERNAME: "u", KAFKA_SASL_PASSWORD: "p" };
    expect(readConfig({ ...given, ...complete }).kafka.sasl).toEqual({
      mechanism: "scram-sha-512",
      username: "u",
      password: "p",
    });
  });

  test("with a bucket need the store's address and both keys, and name each that is missing", () => {
    expect(problemsOf({ ...given, S3_BUCKET: "chat" }).match(/[A-Z0-9_]+(?=: )/g)).toEqual([
      "S3_ENDPOINT",
      "S3_ACCESS_KEY_ID",
      "S3_SECRET_ACCESS_KEY",
    ]);
    const store = { S3_BUCKET: "chat", S3_ENDPOINT: "http://files:8333", S3_ACCESS_KEY_ID: "id" };
    expect(problemsOf({ ...given, ...store })).toBe(
      "Settings are missing or wrong:\n  S3_SECRET_ACCESS_KEY: missing, expected together with S3_BUCKET",
    );
    expect(readConfig({ ...given, ...store, S3_SECRET_ACCESS_KEY: "secret" }).uploads).toEqual({
      maxBytes: 25 * 1024 * 1024,
      needsScan: false,
      store: {
        endpoint: "http://files:8333",
        publicEndpoint: "http://files:8333",
        region: "us-east-1",
        bucket: "chat",
        accessKeyId: "id",
        secretAccessKey: "secret",
        pathStyle: true,
      },
    });
  });

  test("without a bucket turn uploads off, whatever else is set", () => {
    const rest = { S3_ENDPOINT: "http://files:8333", S3_ACCESS_KEY_ID: "id", S3_SECRET_ACCESS_KEY: "secret" };
    expect(readConfig({ ...given, ...rest, ATTACHMENT_SCAN: "required" }).uploads).toBeNull();
  });

  test("have CONTRACT's defaults, lists and limits", () => {
    expect(readConfig(given)).toMatchObject({
      port: 5002,
      opsPort: 9464,
      topics: {
        booking: ["booking.approved", "booking.cancelled"],
        bookingDlq: "booking.dlq",
        chatEvents: "chat.events",
      },
      kafka: { brokers: ["kafka-1.example:9092", "[::1]:9092"] },
      bookingTypeAliases: [],
      jwt: { secrets: ["new-secret", "old-secret"], userIdClaims: ["sub", "userId", "id", "_id"] },
      attachmentHosts: ["images.example.com", "*.cdn.example"],
      socketTransports: ["websocket"],
      unreadNotice: { offlineS: 30, onlineS: 300 },
      limits: {
        sendsPerS: 5,
        sendsPerMin: 120,
        eventsPerS: 50,
        requestsPerMin: 600,
        addressRequestsPerMin: 120,
        connectionsPerUser: 20,
        handshakesPerMin: 240,
      },
    });
  });

  test.each([
    ["MONGODB_URI", "mongodb://user:p%40ss@one.example:27017,two.example,[::1]:27018/chat?replicaSet=rs0"],
    ["MONGODB_URI", "mongodb://localhost/lyvo_chat-2?replicaSet=rs0"],
    ["MONGODB_URI", "mongodb://%2Ftmp%2Fmongodb-27017.sock/chat"],
    ["MONGODB_URI", "mongodb+srv://user:pass@cluster.example/chat"],
    ["MONGODB_URI", "mongodb+srv://user:pass@cluster.example/chat?retryWrites=true&w=majority"],
    ["REDIS_URL", "redis://:pass@[::1]:6379/2"],
    ["KAFKA_BROKERS", "10.0.0.1:9092,kafka_2:65535,kafka.svc.cluster.local.:9092"],
    ["HOST", "::"],
    ["HOST", "localhost"],
    ["ATTACHMENT_HOSTS", "localhost:8443,*.example.com:8443,10.0.0.1"],
    ["CORS_ORIGINS", "*"],
    ["ATTACHMENT_MAX_BYTES", "104857600"],
    ["S3_ENDPOINT", "http://[::1]:8333"],
    ["S3_PUBLIC_ENDPOINT", "https://storage.example.com/v1/s3/"],
    ["SOCKET_TRANSPORTS", "websocket,polling"],
  ])("take %s=%s", (name, value) => {
    expect(problemsOf({ ...given, [name]: value })).toBe("");
  });

  test.each([
    ["mongodb://user:p%40ss@one.example,two.example:27018/rooms?replicaSet=rs0", "lyvo-chat:rooms"],
    ["mongodb+srv://cluster.example/a%2Db", "lyvo-chat:a-b"],
  ])("make the prefix in Redis of the database's name: %s", (MONGODB_URI, prefix) => {
    expect(readConfig({ ...given, MONGODB_URI })).toMatchObject({ redisPrefix: prefix });
    expect(readConfig({ ...given, MONGODB_URI, REDIS_PREFIX: "own" })).toMatchObject({ redisPrefix: "own" });
  });

  test("name a host of attachments as a parsed address does", () => {
    expect(readConfig({ ...given, ATTACHMENT_HOSTS: "CDN.example.com:443" }).attachmentHosts).toEqual([
      "cdn.example.com",
    ]);
  });

  test("outside production may be left out", () => {
    expect(readConfig({}).nodeEnv).toBe("development");
    expect(readConfig({ LIMIT_REQUESTS_PER_MIN: "0" }).limits).toMatchObject({
      requestsPerMin: 0,
      addressRequestsPerMin: 0,
    });
  });
});
