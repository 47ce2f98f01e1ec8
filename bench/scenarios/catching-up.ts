import { randomBytes } from "node:crypto";
import { mongo } from "mongoose";
import { createTopics } from "../../consumers/kafka/create-topics.ts";
import { waitUntil } from "../../local/services/wait-until.ts";
import type { Bed } from "../bed.ts";
import { createRows, type Rows, type Scenario } from "../outcome.ts";
import { peakBytes } from "../processes.ts";
import { openKafkaEnds } from "../systems/kafka-ends.ts";
import { publishBookings } from "../systems/publish-bookings.ts";
import { startConsumers } from "../systems/start-consumers.ts";

const waiting = 100_000;
/** The chat events of each new chat: chat.created, and its first message. */
const eventsPerChat = 2;
const limitMs = 400_000;

type Step = { bed: Bed; rows: Rows; topic: string; mongodbUri: string };

/** All bookings wait on the topic, and there are no chats yet. */
const comeIn = async ({ bed, rows, topic, mongodbUri }: Step): Promise<void> => {
  const client = await mongo.MongoClient.connect(mongodbUri);
  const messages = client.db().collection("messages");
  const ends = await openKafkaEnds([await bed.startKafka()]);
  const began = performance.now();
  const consumers = await startConsumers(bed, "ours", { mongodbUri, topic });
  try {
    const wait = (what: string, check: () => Promise<boolean>) =>
      waitUntil({ what, limitMs, everyMs: 100, signal: bed.signal, check });
    await wait("not all bookings became chats", async () => (await messages.estimatedDocumentCount()) >= waiting);
    rows.add("bookings in, the start of the process included", "1/s", "ours", perS(waiting, began));
    await wait("not all chat events went out", async () => (await ends.count(`${topic}.events`)) >= waiting * 2);
    rows.add("until all of it was on chat.events as well", "s", "ours", (performance.now() - began) / 1_000);
    rows.add("most memory held", "MB", "ours", peakBytes(consumers.pid) / 1_024 ** 2);
  } finally {
    await consumers.stop();
    await ends.close();
    await client.close();
  }
};

/** All chats exist, and no chat event was ever published. */
const goOut = async ({ bed, rows, topic, mongodbUri }: Step): Promise<void> => {
  const brokers = [await bed.startKafka()];
  const eventsTopic = `${topic}.events-anew`;
  await createTopics({ brokers, topics: [eventsTopic], partitions: 6 });
  const ends = await openKafkaEnds(brokers);
  const began = performance.now();
  const consumers = await startConsumers(bed, "ours", { mongodbUri, topic, eventsTopic });
  try {
    const total = waiting * eventsPerChat;
    const check = async (): Promise<boolean> => (await ends.count(eventsTopic)) >= total;
    await waitUntil({ what: "not all chat events went out", limitMs, everyMs: 100, signal: bed.signal, check });
    rows.add("chat events out, from the log, to a topic of its own", "1/s", "ours", perS(total, began));
    rows.add("most memory held meanwhile", "MB", "ours", peakBytes(consumers.pid) / 1_024 ** 2);
  } finally {
    await consumers.stop();
    await ends.close();
  }
};

const perS = (count: number, began: number): number => (count * 1_000) / (performance.now() - began);

export const catchingUp: Scenario = {
  name: "catching-up",
  title: "Catching up",
  about:
    `${waiting.toLocaleString("en-US")} approvals of different bookings wait when one process of consumers starts. ` +
    "Then all its chats are told again to a topic that has none of them yet.",
  turn: async (bed) => {
    const rows = createRows();
    const topic = await publishBookings([await bed.startKafka()], waiting);
    const mongodbUri = bed.databaseUri(`bench-catching-up-${randomBytes(4).toString("hex")}`);
    await comeIn({ bed, rows, topic, mongodbUri });
    await goOut({ bed, rows, topic, mongodbUri });
    const client = await mongo.MongoClient.connect(mongodbUri);
    await client.db().dropDatabase();
    await client.close();
    return rows.rows;
  },
  ratios: () => [],
};
