import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { Kafka, logLevel, Partitioners } from "kafkajs";
import { createTopics } from "../../consumers/kafka/create-topics.ts";
import { tokenFor } from "../load/people.ts";
import { connectClient } from "../load/protocol.ts";
import { createRows, type Scenario } from "../outcome.ts";
import { createSeries } from "../statistics.ts";
import { startConsumers } from "../systems/start-consumers.ts";
import { withSystem } from "./under-load.ts";

const perS = 20;
const warmUpMs = 5_000;
const lastOnesMs = 2_000;
const bookingIdMark = '"bookingId":"';

export const eventToChat: Scenario = {
  name: "event-to-chat",
  title: "From the event to chat_created",
  about:
    `Approvals are published one by one, ${perS} a second at random moments; the owner of all of them is connected to ` +
    "one node and hears chat_created. Measured from the call that publishes.",
  turn: async (bed, { seconds }) => {
    const rows = createRows();
    const brokers = [await bed.startKafka()];
    const topic = `bench-${randomBytes(4).toString("hex")}.booking.approved`;
    await createTopics({ brokers, topics: [topic, `${topic}.dlq`, `${topic}.events`], partitions: 6 });
    const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer({
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    await withSystem(bed, "ours", { chats: 0 }, async ({ urls: [url = ""], mongodbUri }) => {
      const consumers = await startConsumers(bed, "ours", { mongodbUri, topic });
      const published = new Map<string, number>();
      const series = createSeries();
      // The first events are for joining the group and for warming up.
      const countFrom = performance.now() + warmUpMs;
      const onEvent = (text: string): void => {
        if (!text.startsWith('["chat_created"')) return;
        const start = text.indexOf(bookingIdMark) + bookingIdMark.length;
        const at = published.get(text.slice(start, text.indexOf('"', start)));
        if (at !== undefined && at >= countFrom) series.add(performance.now() - at);
      };
      const onLost = (why: string): void => {
        throw new Error(`the owner lost the connection: ${why}`);
      };
      const owner = await connectClient({ url, token: tokenFor("bench-owner"), onEvent, onLost });
      try {
        const publish = async (): Promise<void> => {
          const booking = {
            bookingId: randomBytes(8).toString("hex"),
            ownerId: "bench-owner",
            seekerId: "bench-seeker",
          };
          published.set(booking.bookingId, performance.now());
          const value = JSON.stringify({ ...booking, occurredAt: new Date().toISOString() });
          await producer.send({ topic, messages: [{ key: booking.bookingId, value }] });
        };
        while (performance.now() < countFrom + seconds * 1_000) {
          void publish();
          await pause((Math.random() * 2_000) / perS);
        }
        await pause(lastOnesMs);
      } finally {
        owner.close();
        await consumers.stop();
        await producer.disconnect();
      }
      const { count, p50, p99, max } = series.summary();
      rows.add("events measured", "", "ours", count);
      rows.add("event to chat_created p50", "ms", "ours", p50);
      rows.add("event to chat_created p99", "ms", "ours", p99);
      rows.add("event to chat_created, the longest", "ms", "ours", max);
    });
    return rows.rows;
  },
  ratios: () => [],
};
