import { expect, test } from "@jest/globals";
import { until } from "../support/chat-client.ts";
import { readEvents } from "../support/chat-events.ts";
import { openTestKafka } from "../support/kafka.ts";
import { openKafkaCluster } from "../support/kafka-cluster.ts";
import { openTestLog, runConsumers } from "../support/run-consumers.ts";
import { startLimit } from "../support/services.ts";

const people = { ownerId: "owner-1", seekerId: "seeker-1" };

test("three brokers restarted one after the other under load lose nothing, in and out", async () => {
  await using cluster = await openKafkaCluster(startLimit());
  await using kafka = await openTestKafka({ brokers: cluster.address, replicas: 3 });
  const { approved, cancelled, dlq, events } = kafka.topics;
  const topics = [approved, cancelled, dlq, events];
  await using consumers = await runConsumers(kafka);
  await until(async () => (await consumers.metric("chat_kafka_rebalances_total")) > 0, "joining");

  // In: approvals that Kafka has said it has. Out: their chats' events; and every tenth is a record for the dead letters.
  const bookings: string[] = [];
  const poison: string[] = [];
  const over = new AbortController();
  const publish = async (): Promise<void> => {
    for (let index = 0; !over.signal.aborted; index += 1) {
      const name = `b-${index}`;
      const isPoison = index % 10 === 9;
      // The producer tries again by itself, with a new time of its own: the id is what tells that it is the same event.
      const value = isPoison ? name : JSON.stringify({ bookingId: name, eventId: name, ...people });
      const isThere = await kafka.publish({ topic: approved, key: name, value }).then(
        () => true,
        () => false,
      );
      if (isThere) (isPoison ? poison : bookings).push(name);
    }
  };
  const publishing = publish();
  for (const broker of cluster.brokers) {
    await cluster.inSync(topics);
    const before = bookings.length;
    await broker.stop();
    await until(() => bookings.length > before + 10, "publishing without one broker");
    await broker.start();
  }
  await cluster.inSync(topics);
  over.abort();
  await publishing;

  await using log = await openTestLog(consumers.mongodbUri);
  const last = bookings.at(-1) ?? "";
  await until(async () => (await log.chatOf(last)) !== null, "the last booking's chat");
  await using reader = await readEvents(kafka, events);
  for (const bookingId of bookings) {
    await until(async () => (await log.chatOf(bookingId)) !== null, `the chat of ${bookingId}`);
    const chat = await log.chatOf(bookingId);
    expect(chat?.entries).toHaveLength(1);
    const told = () => reader.of(chat?.card.id ?? "").map(({ type }) => type);
    await until(() => told().length >= 2, `the events of ${bookingId}`);
    // Behind these come the notices that nobody has read them.
    expect(told().slice(0, 2)).toEqual(["chat.created", "chat.message_sent"]);
  }
  const letters = await kafka.read(dlq, poison.length);
  const found = new Set(letters.map(({ value }) => String(value)));
  expect(poison.filter((value) => !found.has(value))).toEqual([]);
  expect((await consumers.ops("livez")).status).toBe(200);
});
