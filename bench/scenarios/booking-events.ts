import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { mongo } from "mongoose";
import type { Bed } from "../bed.ts";
import { watchCpu } from "../load/watch-cpu.ts";
import { createRows, inTurn, type Scenario } from "../outcome.ts";
import { publishBookings } from "../systems/publish-bookings.ts";
import { type ConsumersKind, startConsumers } from "../systems/start-consumers.ts";

// Enough for a measurement over several seconds with each system.
const eventsPerSecond = { plain: 300, ours: 3_000 } as const;

const limitMs = 300_000;
const lookEveryMs = 20;
/** The first events are not counted: after them the consumer has its partitions and its code is warm. */
const warmUpShare = 0.2;

type Consumed = { perS: number; cpuPerThousand: number };

/** Waits until the log has this many messages, one for each event. */
const until = async (messages: mongo.Collection, count: number, signal: AbortSignal): Promise<number> => {
  const deadline = performance.now() + limitMs;
  for (;;) {
    signal.throwIfAborted();
    const there = await messages.estimatedDocumentCount();
    if (there >= count) return there;
    if (performance.now() > deadline) throw new Error(`only ${there} of ${count} events were handled`);
    await pause(lookEveryMs);
  }
};

const consume = async (bed: Bed, name: ConsumersKind, topic: string, count: number): Promise<Consumed> => {
  const mongodbUri = bed.databaseUri(`bench-bookings-${randomBytes(4).toString("hex")}`);
  const client = await mongo.MongoClient.connect(mongodbUri);
  const consumer = await startConsumers(bed, name, { mongodbUri, topic });
  try {
    const messages = client.db().collection("messages");
    const first = await until(messages, count * warmUpShare, bed.signal);
    const began = performance.now();
    const cpu = watchCpu({ consumers: [consumer.pid] });
    await until(messages, count, bed.signal);
    const { consumers = Number.NaN } = cpu();
    const handled = count - first;
    return { perS: (handled * 1_000) / (performance.now() - began), cpuPerThousand: (consumers * 1_000) / handled };
  } finally {
    await consumer.stop();
    await client.db().dropDatabase();
    await client.close();
  }
};

export const bookingEvents: Scenario = {
  name: "booking-events",
  title: "Booking events into chats",
  about:
    "Approvals of different bookings that wait on a topic of six partitions, consumed by one process: a chat and its " +
    "first message for each. The plain design handles one after the other (eachMessage: find the chat, create it, create the message, save the chat).",
  turn: async (bed, { seconds }, turn) => {
    const brokers = [await bed.startKafka()];
    const rows = createRows();
    for (const name of inTurn(["plain", "ours"] as const, turn).filter(bed.wants)) {
      const count = eventsPerSecond[name] * seconds;
      const topic = await publishBookings(brokers, count);
      const { perS, cpuPerThousand } = await consume(bed, name, topic, count);
      bed.report(`  ${name}: ${perS.toFixed(0)}/s`);
      rows.add("events", "1/s", name, perS);
      rows.add("CPU of the consumers", "s per 1,000", name, cpuPerThousand);
    }
    return rows.rows;
  },
  ratios: (at) => [
    {
      what: "events: ours to one by one",
      value: at("events", "ours") / at("events", "plain"),
      target: { atLeast: 10 },
    },
  ],
};
