import { readFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { mongo } from "mongoose";
import { until } from "../support/chat-client.ts";
import { consumersEnv, startConsumersProcess } from "../support/consumers-process.ts";
import { openTestKafka } from "../support/kafka.ts";
import { uniqueName } from "../support/services.ts";
import { databaseUri } from "../support/start-node.ts";

const records = Number(process.env["BACKLOG_RECORDS"] ?? 20_000);
const limitMs = 120_000 + records * 10;
/** Less than Node allows itself in a pod: what was kept of each record would not fit, and end the process. */
const heapMb = 96;
const mostBytes = 384 * 1024 * 1024;
const rebalances = "chat_kafka_rebalances_total";
/** So often the consumers show Kafka that they are there; it waits five times as long. */
const heartbeatMs = 2_000;
/** What a pod's limit is about; the pages of files, as those of Node itself, are taken back when memory gets scarce. */
const anonymousBytes = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
};

test(
  "a backlog at the start is worked off without growing memory and without rebalances",
  async () => {
    await using kafka = await openTestKafka({ partitions: 6 });
    const { approved: topic } = kafka.topics;
    const mongodbUri = databaseUri(uniqueName("test"));
    const events = Array.from({ length: records }, (_, index) => ({
      bookingId: `b-${index}`,
      ownerId: `owner-${index}`,
      seekerId: `seeker-${index}`,
      note: "n".repeat(300),
    }));
    await kafka.publishMany(
      topic,
      events.map((event) => ({ key: event.bookingId, value: JSON.stringify(event) })),
    );
    using main = startConsumersProcess({
      ...consumersEnv(kafka, { MONGODB_URI: mongodbUri }),
      NODE_OPTIONS: `--max-old-space-size=${heapMb}`,
    });
    const began = performance.now();
    let peakBytes = 0;
    let slowestAnswerMs = 0;
    await until(
      async () => {
        const asked = performance.now();
        peakBytes = Math.max(peakBytes, await anonymousBytes(main.pid));
        const [committed] = await Promise.all([kafka.committedCount(topic), main.metric(rebalances)]);
        slowestAnswerMs = Math.max(slowestAnswerMs, performance.now() - asked);
        return committed === records;
      },
      "the backlog being worked off",
      limitMs,
    );
    const tookS = (performance.now() - began) / 1_000;
    if (process.env["BACKLOG_RECORDS"]) {
      process.stderr.write(`${records} records in ${tookS.toFixed(1)} s, at most ${Math.round(peakBytes / 1e6)} MB\n`);
    }
    expect(peakBytes).toBeGreaterThan(0);
    expect(peakBytes).toBeLessThan(mostBytes);
    // Kafka takes a member that a busy machine lets wait for gone: that is the machine's, and no fault of the work.
    const joins = await main.metric(rebalances);
    expect(joins).toEqual(slowestAnswerMs < heartbeatMs ? 1 : expect.any(Number));
    // One chat and one entry each, also where a write that timed out was tried again.
    const client = await mongo.MongoClient.connect(mongodbUri);
    const counts = await Promise.all(
      ["chats", "messages"].map((name) => client.db().collection(name).countDocuments()),
    );
    await client.close();
    expect(counts).toEqual([records, records]);
  },
  // The limit above passes more slowly on a busy machine.
  10 * limitMs,
);
