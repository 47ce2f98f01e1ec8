import { expect, test } from "@jest/globals";
import { until } from "../support/chat-client.ts";
import { readEvents, sentSeqs } from "../support/chat-events.ts";
import { openFrozenBroker } from "../support/frozen-broker.ts";
import { openTestKafka } from "../support/kafka.ts";
import { openTestLog, runConsumers } from "../support/run-consumers.ts";
import { startNode } from "../support/start-node.ts";

test.each([
  ["first", (frozen: string, good: string) => `${frozen},${good}`],
  ["last", (frozen: string, good: string) => `${good},${frozen}`],
  ["first and last", (frozen: string, good: string) => `${frozen},${good},${frozen}`],
])("with a frozen broker %s in KAFKA_BROKERS the consumers and the relay begin", async (_, brokersOf) => {
  await using frozen = await openFrozenBroker();
  await using kafka = await openTestKafka();
  const brokers = brokersOf(frozen.address, kafka.address.brokers.join(","));
  await using consumers = await runConsumers(kafka, { env: { KAFKA_BROKERS: brokers } });
  await using log = await openTestLog(consumers.mongodbUri);
  await kafka.publishEvent(kafka.topics.approved, { bookingId: "b-1", ownerId: "owner-1", seekerId: "seeker-1" });
  await until(async () => (await log.chatOf("b-1")) !== null, "the chat");
  await using reader = await readEvents(kafka, kafka.topics.events);
  const chat = await log.chatOf("b-1");
  await until(() => sentSeqs(reader.of(chat?.card.id ?? "")).length > 0, "its events");
  await until(async () => (await consumers.ops("readyz")).status === 200, "the consumers being ready");
});

test("a chat node with only a frozen broker is degraded, and with a second, working one it is not", async () => {
  await using frozen = await openFrozenBroker();
  await using alone = await startNode({ KAFKA_BROKERS: frozen.address });
  await using beside = await startNode({ KAFKA_BROKERS: `${frozen.address},${process.env["KAFKA_BROKERS"]}` });
  const healthOf = async (url: string) => (await fetch(`${url}/api/chat/health`)).json();
  expect(await healthOf(alone.url)).toEqual({
    status: "degraded",
    checks: { mongodb: "up", redis: "up", kafka: "down" },
  });
  await until(async () => JSON.stringify(await healthOf(beside.url)).includes('"kafka":"up"'), "kafka being up");
  const metrics = await (await fetch(`${alone.opsUrl}/metrics`)).text();
  expect(metrics).toMatch(/^chat_dependency_up\{dependency="kafka"\} 0$/m);
  expect(metrics).toMatch(/^chat_dependency_up\{dependency="mongodb"\} 1$/m);
});
