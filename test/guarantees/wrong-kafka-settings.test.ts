import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { until } from "../support/chat-client.ts";
import { openFrozenBroker } from "../support/frozen-broker.ts";
import { openTestKafka } from "../support/kafka.ts";
import { runConsumers } from "../support/run-consumers.ts";

const sasl = { KAFKA_SASL_MECHANISM: "plain", KAFKA_SASL_USERNAME: "nobody", KAFKA_SASL_PASSWORD: "wrong" };

test.each<[string, NodeJS.ProcessEnv]>([
  ["TLS where there is none", { KAFKA_SSL: "true" }],
  ["a password that the broker does not take", sasl],
  ["an address where nobody listens", { KAFKA_BROKERS: "127.0.0.1:1" }],
])("consumers with %s are not ready, say what they do not reach, and can be seen by an alert", async (_, env) => {
  await using kafka = await openTestKafka();
  await using consumers = await runConsumers(kafka, { env });
  for (let look = 0; look < 5; look += 1, await sleep(1_000)) {
    expect(await consumers.ops("readyz")).toMatchObject({
      status: 503,
      body: { checks: { mongodb: "up", indexes: "up", kafka_read: "down", kafka_write: "down", group: "down" } },
    });
  }
  expect((await consumers.ops("livez")).status).toBe(200);
  const text = await (await fetch(`http://127.0.0.1:${consumers.opsPort}/metrics`)).text();
  for (const line of [
    `chat_kafka_lag_records{topic="${kafka.topics.approved}",partition="unknown"} Nan`,
    'chat_kafka_last_success_timestamp_seconds{operation="read"} 0',
    'chat_kafka_last_success_timestamp_seconds{operation="write"} 0',
    'chat_dependency_up{dependency="kafka"} 0',
    'chat_dependency_up{dependency="mongodb"} 1',
    "chat_consumer_joined 0",
  ]) {
    expect(text.split("\n")).toContain(line);
  }
});

test("consumers are ready once they have joined and reached Kafka for reading and writing, and their lag has a value", async () => {
  await using kafka = await openTestKafka({ partitions: 1 });
  await using consumers = await runConsumers(kafka);
  await until(async () => (await consumers.ops("readyz")).status === 200, "the consumers being ready");
  const { approved, dlq } = kafka.topics;
  expect(await consumers.metric("chat_consumer_joined")).toBe(1);
  for (const operation of ["read", "write"]) {
    const at = await consumers.metric(`chat_kafka_last_success_timestamp_seconds{operation="${operation}"}`);
    expect(Math.abs(at - Date.now() / 1_000)).toBeLessThan(300);
  }
  const lag = `chat_kafka_lag_records{topic="${approved}",partition="0"}`;
  await until(async () => !Number.isNaN(await consumers.metric(lag)), "the lag");
  // Asking whether Kafka takes records leaves none behind.
  expect(await kafka.written(dlq)).toEqual({ 0: 0 });
});

test("with only a frozen broker, consumers are alive and not ready", async () => {
  await using frozen = await openFrozenBroker();
  await using kafka = await openTestKafka();
  await using consumers = await runConsumers(kafka, { env: { KAFKA_BROKERS: frozen.address } });
  expect((await consumers.ops("readyz")).status).toBe(503);
  expect((await consumers.ops("livez")).status).toBe(200);
});
