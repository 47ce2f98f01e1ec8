import { expect, test } from "@jest/globals";
import { until } from "../support/chat-client.ts";
import { consumersEnv, startConsumersProcess } from "../support/consumers-process.ts";
import { openTestKafka } from "../support/kafka.ts";

test("a setting that is missing or wrong stops the start with its name", async () => {
  using main = startConsumersProcess({ NODE_ENV: "production", KAFKA_BROKERS: "no port here", MONGODB_URI: "" });
  expect(await main.ended).toBe(1);
  expect(main.output()).toMatch("KAFKA_BROKERS: expected host:port");
  expect(main.output()).toMatch("MONGODB_URI: missing");
  expect(main.output()).not.toMatch("no port here");
});

test("SIGTERM ends it cleanly, having left the group", async () => {
  await using kafka = await openTestKafka();
  using main = startConsumersProcess(consumersEnv(kafka));
  await until(async () => (await kafka.members()) === 1);
  main.kill("SIGTERM");
  expect(await main.ended).toBe(0);
  expect(await kafka.members()).toBe(0);
  expect(main.output()).not.toMatch(/"level":[56]0/);
  expect(main.output()).not.toMatch("Warning");
});

test("a database that is away at the start is waited for, and does not keep it from ending", async () => {
  await using kafka = await openTestKafka();
  using main = startConsumersProcess(consumersEnv(kafka, { MONGODB_URI: "mongodb://127.0.0.1:1/none" }));
  await until(() => main.output().includes("mongodb is away"));
  main.kill("SIGTERM");
  expect(await main.ended).toBe(0);
});
