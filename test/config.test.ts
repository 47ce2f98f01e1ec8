import { describe, expect, test } from "@jest/globals";
import { ConfigError, readConfig } from "../src/config.ts";

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
    const expected = `Settings are missing or wrong:\n  ${name}: missing`;
    expect(problemsOf({ ...given, [name]: undefined })).toBe(expected);
    expect(problemsOf({ ...given, [name]: "" })).toBe(expected);
  });

  test.each([
    ["PORT", "http"],
    ["PORT", "70000"],
    ["OPS_PORT", "-1"],
    ["MONGODB_URI", "db.example:27017"],
    ["REDIS_URL", "redis.example"],
    ["KAFKA_BROKERS", "kafka"],
    ["KAFKA_SSL", "maybe"],
    ["KAFKA_SASL_MECHANISM", "magic"],
    ["NODE_ENV", "staging"],
    ["LOG_LEVEL", "loud"],
    ["LIMIT_SENDS_PER_S", "1.5"],
    ["UNREAD_NOTICE_OFFLINE_S", "soon"],
    ["SOCKET_TRANSPORTS", "pigeon"],
    ["CORS_ORIGINS", "www.lyvo.example"],
    ["BOOKING_TOPICS", "a topic"],
    ["JWT_SECRET", " , "],
  ])("with %s=%s say what is expected, and repeat no value", (name, value) => {
    const problems = problemsOf({ ...given, [name]: value });
    expect(problems).toMatch(new RegExp(`^Settings are missing or wrong:\\n  ${name}: expected .+$`));
    expect(problems.split("expected")[0]).not.toContain(value);
  });

  test("are all told at once", () => {
    expect(problemsOf({ NODE_ENV: "production", PORT: "x" }).split("\n")).toHaveLength(9);
  });

  test("with SASL need its user and password", () => {
    expect(problemsOf({ ...given, KAFKA_SASL_MECHANISM: "PLAIN" })).toContain("KAFKA_SASL_USERNAME");
    const complete = { KAFKA_SASL_MECHANISM: "SCRAM-SHA-512", KAFKA_SASL_USERNAME: "u", KAFKA_SASL_PASSWORD: "p" };
    expect(readConfig({ ...given, ...complete }).kafka.sasl).toEqual({
      mechanism: "scram-sha-512",
      username: "u",
      password: "p",
    });
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

  test("outside production may be left out", () => {
    expect(readConfig({}).nodeEnv).toBe("development");
    expect(readConfig({ LIMIT_REQUESTS_PER_MIN: "0" }).limits).toMatchObject({
      requestsPerMin: 0,
      addressRequestsPerMin: 0,
    });
  });
});
