import { describe, expect, test } from "@jest/globals";
import { createDeadLetters } from "../../consumers/booking/dead-letter.ts";
import type { NewRecord } from "../../consumers/kafka/publisher.ts";
import { headersOf, openTestKafka } from "../support/kafka.ts";
import { aRecord } from "../support/records.ts";

const rejection = { reason: "not_json", detail: "the value is not JSON" } as const;

const put = async (
  record: Parameters<ReturnType<typeof createDeadLetters>["put"]>[0],
  most = Number.MAX_SAFE_INTEGER,
) => {
  const published: NewRecord[] = [];
  const publish = async (one: NewRecord): Promise<void> => {
    const bytes = [one.key, one.value, JSON.stringify(one.headers)].reduce((sum, part) => sum + (part?.length ?? 0), 0);
    if (bytes > most) throw Object.assign(new Error("too large"), { type: "MESSAGE_TOO_LARGE" });
    published.push(one);
  };
  await createDeadLetters({ publisher: { publish }, topic: "booking.dlq" }).put(record, rejection);
  return published;
};

describe("a dead letter", () => {
  test("has key, value and headers as they came, and says why and from where", async () => {
    const record = aRecord({
      key: Buffer.from("k"),
      value: "nonsense",
      partition: 3,
      offset: "42",
      headers: { a: "b" },
    });
    expect(await put(record)).toEqual([
      {
        topic: "booking.dlq",
        key: Buffer.from("k"),
        value: Buffer.from("nonsense"),
        headers: {
          a: "b",
          "dlq-reason": "not_json",
          "dlq-detail": "the value is not JSON",
          "dlq-topic": "booking.approved",
          "dlq-partition": "3",
          "dlq-offset": "42",
          "dlq-timestamp": "2026-11-22T10:00:00.000Z",
        },
      },
    ]);
  });

  test("of a record that was put back tells of its last failure alone", async () => {
    const [letter] = await put(aRecord({ headers: { "dlq-reason": "booking_conflict", "DLQ-Attempt": "1", a: "b" } }));
    expect(letter?.headers).toMatchObject({ a: "b", "dlq-reason": "not_json" });
    expect(letter?.headers).not.toHaveProperty("DLQ-Attempt");
  });

  test("that is too large is cut, and says how large it was", async () => {
    const [letter] = await put(aRecord({ value: Buffer.alloc(500_000, 97) }), 100_000);
    expect(letter?.value).toHaveLength(64 * 1024);
    expect(letter?.headers).toMatchObject({ "dlq-value-bytes": "500000" });
  });

  test("is never too large to be passed over", async () => {
    const large = Buffer.alloc(500_000, 97);
    const [letter] = await put(aRecord({ key: large, value: large, headers: { large: large.toString() } }), 100_000);
    expect(letter?.key).toHaveLength(1024);
    expect(letter?.headers).toMatchObject({ "dlq-offset": "0" });
  });

  test("is not passed over when the broker does not have it", async () => {
    const failing = { publish: async () => Promise.reject(new Error("no answer")) };
    const letters = createDeadLetters({ publisher: failing, topic: "booking.dlq" });
    await expect(letters.put(aRecord(), rejection)).rejects.toThrow("no answer");
  });

  test("stands in Kafka also when it holds what kafkajs cannot write, and more than the topic takes", async () => {
    await using kafka = await openTestKafka({ partitions: 1 });
    const letters = createDeadLetters({ publisher: kafka, topic: kafka.topics.dlq });
    const noise = Buffer.from(Array.from({ length: 2_000_000 }, (_, index) => (index * 7919 * index) % 251));
    await letters.put(aRecord({ headers: { none: null, some: ["1", null] } }), rejection);
    await letters.put(aRecord({ value: noise }), rejection);
    await letters.put(aRecord({ value: null }), rejection);
    const [nulls, large, tombstone] = await kafka.read(kafka.topics.dlq, 3);
    if (!nulls || !large || !tombstone) throw new Error("three were read");
    expect(headersOf(nulls)).toMatchObject({ none: "", some: "1,", "dlq-reason": "not_json" });
    expect(large.value?.length).toBeGreaterThan(0);
    expect(headersOf(large)).toMatchObject({ "dlq-reason": "not_json" });
    expect(tombstone.value).toBeNull();
  });
});
