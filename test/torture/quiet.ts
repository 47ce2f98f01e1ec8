import { setTimeout as pause } from "node:timers/promises";
import { mongo } from "mongoose";
import { createKafkaClient } from "../../consumers/kafka/kafka-client.ts";
import { waitUntil } from "../../local/services/wait-until.ts";
import { createLogger } from "../../src/process/logger.ts";
import type { CardDocument } from "../../src/store/models.ts";
import { callAs } from "../support/chat-client.ts";
import type { Client } from "./client.ts";
import { type Calm, now } from "./history.ts";
import type { Stack } from "./stack.ts";

type Options = { stack: Stack; clients: Client[]; signal: AbortSignal };

const restLimitMs = 240_000;
const holdLimitMs = 60_000;

/**
 * Waits, once everything stands again, until every send is acked, every booking event confirmed, every erasure done, and
 * every client holds all there is. Nobody is helped: `late` tells, in sentences, what does not come about by itself.
 */
export const waitForQuiet = async ({ stack, clients, signal }: Options): Promise<{ late: string[]; calm: Calm }> => {
  const late: string[] = [];
  const wait = (what: string, limitMs: number, check: () => boolean | Promise<boolean>): Promise<void> =>
    waitUntil({ what, limitMs, everyMs: 250, signal, check }).catch((error: unknown) => {
      signal.throwIfAborted();
      late.push(String(error instanceof Error ? error.message : error));
    });
  await wait("sends were not acked or chats not joined", restLimitMs, () =>
    clients.every((client) => client.isSettled()),
  );
  late.push(...clients.filter((client) => !client.isSettled()).map((client) => client.state()));
  await wait("booking events were not confirmed", restLimitMs, async () => (await lagOf(stack)) === 0);
  await wait("erasures were not done", restLimitMs, async () => (await countErasures(stack.mongodb.uri)) === 0);
  const chats = await readChats(stack.mongodb.uri);
  const own = (client: Client): Chat[] => chats.filter(({ people }) => people.includes(client.userId));
  await wait("clients do not hold the whole log", holdLimitMs, () =>
    clients.every((client) => own(client).every(({ id, newest }) => client.whole(id) >= newest)),
  );
  // What is still on its way to a client shall not be missed.
  await pause(1_000);
  const held = clients.flatMap((client) =>
    own(client).map(({ id }) => ({ client: client.index, chatId: id, whole: client.whole(id) })),
  );
  return { late, calm: { at: now(), newest: Object.fromEntries(chats.map(({ id, newest }) => [id, newest])), held } };
};

const lagOf = async ({ kafka }: Stack): Promise<number> => {
  const logger = createLogger({ level: "silent", process: "torture" });
  const client = createKafkaClient({
    kafka: { brokers: [kafka.address], clientId: "lag", ssl: false, sasl: null },
    logger,
  });
  const admin = client.admin();
  await admin.connect();
  try {
    const topics = ["booking.approved", "booking.cancelled"];
    const committed = await admin.fetchOffsets({ groupId: "lyvo-chat", topics });
    const lags = committed.map(async ({ topic, partitions }) => {
      const ends = new Map(
        (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, Number(high)]),
      );
      return partitions.map(({ partition, offset }) => (ends.get(partition) ?? 0) - Math.max(0, Number(offset)));
    });
    return (await Promise.all(lags)).flat().reduce((sum, lag) => sum + lag, 0);
  } finally {
    await admin.disconnect();
  }
};

/** How many erasures are running. */
const countErasures = async (uri: string): Promise<number> => {
  const client = await mongo.MongoClient.connect(uri, { readConcernLevel: "majority" });
  try {
    return await client.db().collection("erasures").countDocuments({ state: "running" });
  } finally {
    await client.close();
  }
};

type Chat = { id: string; people: string[]; newest: number };

/** The chats that have people, and how far each log goes. */
const readChats = async (uri: string): Promise<Chat[]> => {
  const client = await mongo.MongoClient.connect(uri, { readConcernLevel: "majority" });
  try {
    const groups = [{ $group: { _id: "$chatId", newest: { $max: "$seq" } } }];
    const logs = await client.db().collection("messages").aggregate(groups).toArray();
    const newest = new Map(logs.map((log) => [String(log["_id"]), Number(log["newest"])]));
    const cards = await client.db().collection<CardDocument>("chats").find().toArray();
    const withPeople = cards.map(({ _id, participants }) => ({ id: _id.toHexString(), people: participants }));
    return withPeople.map((chat) => ({ ...chat, newest: newest.get(chat.id) ?? 0 }));
  } finally {
    await client.close();
  }
};

/** Looks at each chat once, which mends its card where a fault left it behind. */
export const touchAll = async ({ urls: [url = ""], mongodb }: Stack): Promise<void> => {
  for (const { id, people } of await readChats(mongodb.uri)) {
    await callAs({ url }, people[0] ?? "", "GET", `/api/chat/${id}`);
  }
  // A card is written to the primary alone; the majority has it a moment later.
  await pause(500);
};
