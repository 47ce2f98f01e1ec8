import { setTimeout as pause } from "node:timers/promises";
import { mongo } from "mongoose";
import { createSeries, type Latency } from "../statistics.ts";
import { atRate } from "./open-loop.ts";

type Window = { mongodbUri: string; warmUpSeconds: number; seconds: number };

const durable = { ordered: false, writeConcern: { w: "majority", j: true } } as const;
const words = "Is the room still free from the first of May? I could come and have a look at it on Friday evening.";

// As large as an entry of a log, and with an index as it needs.
const documentOf = (chatId: mongo.ObjectId, seq: number) => ({
  _id: new mongo.ObjectId(),
  chatId,
  seq,
  type: "text",
  senderId: "owner-0123456789ab",
  content: words,
  clientMessageId: `bench-${seq}`,
  createdAt: new Date(),
  status: "active",
  statusReason: null,
  booking: "approved",
  bookingAt: new Date(),
  counted: seq,
  shownSeq: seq,
  sent: { owner: { seq, counted: seq }, seeker: { seq, counted: seq } },
});

const withCollection = async <T>(uri: string, act: (collection: mongo.Collection) => Promise<T>): Promise<T> => {
  const client = await mongo.MongoClient.connect(uri);
  try {
    const collection = client.db().collection("messages");
    await collection.createIndex({ chatId: 1, seq: 1 }, { unique: true });
    return await act(collection);
  } finally {
    await client.db().dropDatabase();
    await client.close();
  }
};

/** Plain writes of one document each with the driver, at a rate that does not depend on the answers. Milliseconds to the majority. */
export const writeAtRate = ({ mongodbUri, ratePerS, ...window }: Window & { ratePerS: number }): Promise<Latency> =>
  withCollection(mongodbUri, async (collection) => {
    const chatId = new mongo.ObjectId();
    let latencies = createSeries();
    let seq = 0;
    const underWay = new Set<Promise<void>>();
    const write = async (): Promise<void> => {
      const began = performance.now();
      const series = latencies;
      seq += 1;
      await collection.insertMany([documentOf(chatId, seq)], durable);
      series.add(performance.now() - began);
    };
    const stop = atRate(ratePerS, () => {
      const writing = write().finally(() => underWay.delete(writing));
      underWay.add(writing);
    });
    await pause(window.warmUpSeconds * 1_000);
    latencies = createSeries();
    await pause(window.seconds * 1_000);
    stop();
    await Promise.all(underWay);
    return latencies.summary();
  });

/** Plain writes of several documents each with the driver, as fast as they are answered. Documents a second. */
export const writeBatches = (options: Window & { batch: number; underWay: number }): Promise<{ perS: number }> =>
  withCollection(options.mongodbUri, async (collection) => {
    const over = new AbortController();
    let [written, seq] = [0, 0];
    const chatId = new mongo.ObjectId();
    const keepWriting = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const documents = Array.from({ length: options.batch }, () => documentOf(chatId, ++seq));
        await collection.insertMany(documents, durable);
        written += options.batch;
      }
    };
    const writing = Array.from({ length: options.underWay }, keepWriting);
    await pause(options.warmUpSeconds * 1_000);
    const [before, began] = [written, performance.now()];
    await pause(options.seconds * 1_000);
    const perS = ((written - before) * 1_000) / (performance.now() - began);
    over.abort();
    await Promise.all(writing);
    return { perS };
  });
