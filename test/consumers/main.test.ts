import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { until } from "../support/chat-client.ts";
import { openTestKafka, type TestKafka } from "../support/kafka.ts";
import { uniqueName } from "../support/services.ts";
import { databaseUri } from "../support/start-node.ts";

const script = fileURLToPath(new URL("../../consumers/main.ts", import.meta.url));

/** The process as Kubernetes starts it. */
const runMain = (env: NodeJS.ProcessEnv) => {
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [script], { env: { ...inherited, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => void (output += chunk));
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return { child, ended, output: () => output, [Symbol.dispose]: () => void child.kill("SIGKILL") };
};

const settings = (kafka: TestKafka): NodeJS.ProcessEnv => ({
  NODE_ENV: "test",
  HOST: "127.0.0.1",
  OPS_PORT: "0",
  MONGODB_URI: databaseUri(uniqueName("test")),
  KAFKA_GROUP_ID: kafka.groupId,
  BOOKING_TOPICS: `${kafka.topics.approved},${kafka.topics.cancelled}`,
  BOOKING_DLQ_TOPIC: kafka.topics.dlq,
});

test("a setting that is missing or wrong stops the start with its name", async () => {
  using main = runMain({ NODE_ENV: "production", KAFKA_BROKERS: "no port here", MONGODB_URI: "" });
  expect(await main.ended).toBe(1);
  expect(main.output()).toMatch("KAFKA_BROKERS: expected host:port");
  expect(main.output()).toMatch("MONGODB_URI: missing");
  expect(main.output()).not.toMatch("no port here");
});

test("SIGTERM ends it cleanly, having left the group", async () => {
  await using kafka = await openTestKafka();
  using main = runMain(settings(kafka));
  await until(async () => (await kafka.members()) === 1, 20_000);
  main.child.kill("SIGTERM");
  expect(await main.ended).toBe(0);
  expect(await kafka.members()).toBe(0);
  expect(main.output()).not.toMatch(/"level":[56]0/);
  expect(main.output()).not.toMatch("Warning");
});

test("a database that is away at the start is waited for, and does not keep it from ending", async () => {
  await using kafka = await openTestKafka();
  using main = runMain({ ...settings(kafka), MONGODB_URI: "mongodb://127.0.0.1:1/none" });
  await until(() => main.output().includes("mongodb is away"), 20_000);
  main.child.kill("SIGTERM");
  expect(await main.ended).toBe(0);
});
