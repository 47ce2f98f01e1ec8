import { execFile } from "node:child_process";
import { mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { findKafka, type KafkaProgram } from "../../local/services/binary/find-kafka.ts";
import { findOnPath } from "../../local/services/binary/find-on-path.ts";
import { openRun } from "../../local/services/runs/run.ts";
import { read, root } from "../repository/sources.ts";
import { until } from "../support/chat-client.ts";
import { headersOf, openTestKafka, type TestKafka } from "../support/kafka.ts";
import { openTestLog, runConsumers } from "../support/run-consumers.ts";
import { ownServiceOptions } from "../support/services.ts";

// What docs/booking-service.md shows is run as it stands there, by a program that brings an outbox.
const guide = read("docs/booking-service.md");
const limitMs = 600_000;
const run = promisify(execFile);

/** The code of a block that begins with a comment naming its file. */
const example = (file: string): string => {
  const [, found] = guide.split(`\n// ${file}\n`);
  if (found === undefined) throw new Error(`docs/booking-service.md shows no ${file}`);
  return found.slice(0, found.indexOf("```"));
};

const newFolder = (): string => mkdtempSync(join(tmpdir(), "lyvo-chat-example-"));

/** Twelve bookings, of which the last one is cancelled; the outbox forgets once that it sent something. */
const nodeProgram = `
  import { openPublisher } from "./publish-outbox.mjs";
const { BROKERS, APPROVED, CANCELLED } = process.env;
const rows = Array.from({ length: 12 }, (_, n) => ({
  id: "event-" + n, topic: APPROVED,
  event: { bookingId: "b-" + n, ownerId: "owner-1", seekerId: "seeker-1", occurredAt: "2026-11-22T10:15:00.000Z" },
}));
rows.push({ id: "event-12", topic: CANCELLED, event: { bookingId: "b-11", occurredAt: "2026-11-22T10:15:01.000Z" } });
const sent = new Set();
let forgets = true;
const outbox = {
  oldest: async (n) => rows.filter(({ id }) => !sent.has(id)).slice(0, n),
  markSent: async (id) => {
    if (id !== "event-3" || !forgets) return void sent.add(id);
    forgets = false;
  },
};
const publisher = await openPublisher(BROKERS.split(","));
await publisher.publishOutbox(outbox);
await publisher.close();
`;

const javaProgram = `
import java.util.*;
public final class Main {
  public static void main(String[] args) throws Exception {
    Map<String, PublishOutbox.Row> unsent = new LinkedHashMap<>();
    String people = "\\"ownerId\\":\\"owner-1\\",\\"seekerId\\":\\"seeker-1\\",\\"occurredAt\\":\\"2026-11-22T10:15:00.000Z\\"";
    for (int n = 0; n < 12; n += 1) {
      String event = "{\\"bookingId\\":\\"b-" + n + "\\"," + people + ",\\"eventId\\":\\"event-" + n + "\\"}";
      unsent.put("event-" + n, new PublishOutbox.Row("event-" + n, args[1], "b-" + n, event));
    }
    String end = "{\\"bookingId\\":\\"b-11\\",\\"occurredAt\\":\\"2026-11-22T10:15:01.000Z\\",\\"eventId\\":\\"event-12\\"}";
    unsent.put("event-12", new PublishOutbox.Row("event-12", args[2], "b-11", end));
    boolean[] forgets = { true };
    PublishOutbox.Outbox outbox = new PublishOutbox.Outbox() {
      public List<PublishOutbox.Row> oldest(int most) { return unsent.values().stream().limit(most).toList(); }
      public void markSent(String id) {
        if (id.equals("event-3") && forgets[0]) forgets[0] = false;
        else unsent.remove(id);
      }
    };
    try (PublishOutbox publisher = new PublishOutbox(args[0])) {
      publisher.publish(outbox);
    }
  }
}
`;

const runNode = async ({ address, topics }: TestKafka): Promise<void> => {
  const folder = newFolder();
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "publish-outbox.mjs"), example("publish-outbox.mjs"));
  writeFileSync(join(folder, "main.mjs"), nodeProgram);
  const env = { BROKERS: address.brokers.join(","), APPROVED: topics.approved, CANCELLED: topics.cancelled };
  await run(process.execPath, [join(folder, "main.mjs")], { env, timeout: limitMs });
};

const javac = findOnPath("javac", process.env);

const kafkaProgram = async (): Promise<KafkaProgram> => {
  const options = ownServiceOptions();
  const services = await openRun(options.folder, options.report);
  try {
    return await findKafka({ ...options, run: services });
  } finally {
    await services.close();
  }
};

const runJava = async ({ address, topics }: TestKafka): Promise<void> => {
  const folder = newFolder();
  const { java, classPath } = await kafkaProgram();
  writeFileSync(join(folder, "PublishOutbox.java"), example("PublishOutbox.java"));
  writeFileSync(join(folder, "Main.java"), javaProgram);
  const files = ["PublishOutbox.java", "Main.java"].map((file) => join(folder, file));
  const compiling = ["-Xlint:all,-path", "-Werror", "-proc:none", "-cp", classPath, "-d", folder, ...files];
  await run(javac ?? "", compiling, { timeout: limitMs });
  const args = ["-cp", `${folder}:${classPath}`, "Main", address.brokers.join(","), topics.approved, topics.cancelled];
  await run(java, args, { timeout: limitMs });
};

const makesChats = async (publishAll: (kafka: TestKafka) => Promise<void>): Promise<void> => {
  await using kafka = await openTestKafka();
  await using consumers = await runConsumers(kafka);
  await using log = await openTestLog(consumers.mongodbUri);
  await publishAll(kafka);
  // One of them twice, since the outbox forgot.
  const records = await kafka.read(kafka.topics.approved, 13);
  expect(records).toHaveLength(13);
  for (const record of records) expect(headersOf(record)).toEqual({ "content-type": "application/json" });
  const keys = new Set(records.map(({ key }) => String(key)));
  expect(keys).toEqual(new Set(Array.from({ length: 12 }, (_, n) => `b-${n}`)));
  await until(async () => (await kafka.committedCount(kafka.topics.approved)) === 13);
  await until(async () => (await kafka.committedCount(kafka.topics.cancelled)) === 1);
  for (let n = 0; n < 12; n += 1) {
    const chat = await log.chatOf(`b-${n}`);
    expect(chat?.card.status).toBe(n === 11 ? "closed" : "active");
    const events = chat?.entries.flatMap(({ system }) => (system?.silent === true ? [] : [system?.event])) ?? [];
    expect(events).toEqual([...new Set(events)]);
  }
};

describe("the examples for the booking service publish what becomes a chat, once", () => {
  test("in Node", () => makesChats(runNode));

  // Kafka's own jars are here, since Kafka is; the compiler is only where people write Java.
  (javac === undefined ? test.skip : test)("in Java", () => makesChats(runJava));
});
