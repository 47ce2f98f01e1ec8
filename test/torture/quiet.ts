import { setTimeout as pause } from "node:timers/promises";
import { mongo } from "mongoose";
import { createKafkaClient } from "../../consumers/kafka-client.ts";
import { waitUntil } from "../../local/services/wait-until.ts";
import { createLogger } from "../../src/logger.ts";
import { callAs } from "../support/chat-client.ts";
import type { Client } from "./client.ts";
import type { Booking } from "./clients.ts";
import { type Calm, now } from "./history.ts";
import type { Stack } from "./stack.ts";

type Options = { stack: Stack; clients: Client[]; signal: AbortSignal };

const restLimitMs = 60_000;
const holdLimitMs = 15_000;

/**
 * Waits, once everything stands again, until every send is acked, every booking event confirmed, and every client
 * holds all there is. Nobody is helped: `late` tells, in sentences, what does not come about by itself.
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
  const newest = await newestSeqs(stack.mongodb.uri);
  await wait("clients do not hold the whole log", holdLimitMs, () =>
    clients.every((client) => client.chatIds().every((id) => client.held(id).whole() >= (newest.get(id) ?? 0))),
  );
  // What is still on its way to a client shall not be missed.
  await pause(1_000);
  const held = clients.flatMap((client) =>
    client.chatIds().map((chatId) => ({ client: client.index, chatId, whole: client.held(chatId).whole() })),
  );
  return { late, calm: { at: now(), newest: Object.fromEntries(newest), held } };
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

const newestSeqs = async (uri: string): Promise<Map<string, number>> => {
  const client = await mongo.MongoClient.connect(uri, { readConcernLevel: "majority" });
  try {
    const groups = client
      .db()
      .collection("messages")
      .aggregate([{ $group: { _id: "$chatId", seq: { $max: "$seq" } } }]);
    return new Map((await groups.toArray()).map(({ _id, seq }) => [String(_id), Number(seq)]));
  } finally {
    await client.close();
  }
};

/** Looks at each chat once, which mends its card where a fault left it behind. */
export const touchAll = async ({ urls: [url = ""] }: Stack, chatIds: string[], bookings: Booking[]): Promise<void> => {
  const people = new Set(bookings.map(({ ownerId }) => ownerId));
  for (const chatId of chatIds) {
    for (const person of people) {
      const { status } = await callAs({ url }, person, "GET", `/api/chat/${chatId}`);
      if (status === 200) break;
    }
  }
  // A card is written to the primary alone; the majority has it a moment later.
  await pause(500);
};
